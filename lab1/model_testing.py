"""Stage 4: asks the saved model about the test cities and prints the one result line, if it earned one.

The model scales for itself (see model_preparation.py), so it is given the unscaled `features/test`.
"""

import io
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import skops.io
import typer
from matplotlib.figure import Figure
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix, f1_score
from sklearn.pipeline import Pipeline

HERE = Path(__file__).resolve().parent
DATA, MODEL, REPORTS = HERE / "data", HERE / "model/model.skops", HERE / "reports"
LABELS = ["date", "anomaly", "kind"]
TRUSTED: list[str] = []  # reviewed: scaler, classifier and pipeline need no type that skops does not trust
NOT_BETTER = 3  # exit code: the files are fine, the model is not


class InputError(ValueError):
    """A file that this stage cannot use; the message names file, place, reason and remedy."""


def read_model(path: Path) -> Pipeline:
    """The saved pipeline, of reviewed types only; raises InputError."""
    again = "run model_preparation.py again"
    try:
        model = skops.io.load(path, trusted=TRUSTED)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run model_preparation.py first") from None
    except Exception as error:  # a broken file fails in many ways inside skops, and all mean the same
        raise InputError(f"{path}: not a model that can be loaded ({error}); {again}") from None
    if not isinstance(model, Pipeline) or not hasattr(model, "feature_names_in_"):
        raise InputError(f"{path}: {type(model).__name__} is no pipeline that names its features; {again}")
    return model


def read_table(folder: Path, names: list[str]) -> pd.DataFrame:
    """City, labels and the named features of all cities of the folder; raises InputError."""
    again = "run data_preprocessing.py again"
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        raise InputError(f"{folder}: no CSV files there; run data_preprocessing.py first")
    tables = []
    for path in paths:
        try:
            table = pd.read_csv(path, index_col=False, skip_blank_lines=False, keep_default_na=False)
        except (ValueError, OSError) as error:
            raise InputError(f"{path}: cannot be read as CSV ({error}); {again}") from None
        if missing := [column for column in [*LABELS, *names] if column not in table]:
            raise InputError(f"{path}: no column {', '.join(missing)}; {again}")
        for column in ["anomaly", *names]:
            bad = ~np.isfinite(pd.to_numeric(table[column], errors="coerce"))
            if bad.any():
                line = int(np.argmax(bad)) + 2
                raise InputError(f"{path}, line {line}: column {column} must be a number; {again}")
        tables.append(table[[*LABELS, *names]].assign(city=path.stem))
    rows = pd.concat(tables, ignore_index=True)
    if rows["anomaly"].nunique() != 2:
        raise InputError(f"{folder}: column anomaly must have two values to judge a model by; {again}")
    return rows


def evaluate(rows: pd.DataFrame, at_least: float) -> dict[str, Any]:
    """Metrics of a table with the columns city, kind, anomaly and predicted; shares are between 0 and 1.

    `errors_avoided` is the share of the constant answer's errors that the model does not make. A model of
    shuffled labels, which knows nothing, can be right on one day more by luck: hence `at_least`.
    """
    truth, predicted = rows["anomaly"], rows["predicted"]
    accuracy = float(accuracy_score(truth, predicted))
    # The best that a constant answer can do on these very rows: no kinder bar is honest.
    majority = float(truth.value_counts(normalize=True).max())
    errors_avoided = (accuracy - majority) / (1 - majority)
    return {
        "days": len(rows),
        "accuracy": accuracy,
        "balanced_accuracy": float(balanced_accuracy_score(truth, predicted)),
        "f1": float(f1_score(truth, predicted)),
        "majority_accuracy": majority,
        "errors_avoided": errors_avoided,
        "beats_majority": errors_avoided >= at_least,
        "false_alarms": float(predicted[truth == 0].mean()),
        "recall_by_kind": predicted[truth == 1].groupby(rows["kind"]).mean().to_dict(),
        "accuracy_by_city": (truth == predicted).groupby(rows["city"]).mean().to_dict(),
    }


def plot(rows: pd.DataFrame, metrics: dict[str, Any]) -> bytes:
    """PNG: the confusion matrix, and what share of each kind's days was found."""
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.5])
    counts = confusion_matrix(rows["anomaly"], rows["predicted"])
    left.imshow(counts / counts.sum(axis=1, keepdims=True), cmap="Blues", vmin=0, vmax=1.6)
    for (row, column), count in np.ndenumerate(counts):
        share = count / counts[row].sum()
        left.text(column, row, f"{count}\n{share:.1%}", ha="center", va="center")
    names = ["normal", "anomalous"]
    left.set(xticks=[0, 1], xticklabels=names, yticks=[0, 1], yticklabels=names)
    left.set(xlabel="predicted", ylabel="true", title="days, and share of the row")
    shares = {**metrics["recall_by_kind"], "false alarms\n(normal days)": metrics["false_alarms"]}
    colours = ["#4878a8"] * (len(shares) - 1) + ["#D55E00"]
    right.bar_label(right.bar(list(shares), list(shares.values()), color=colours), fmt="{:.1%}")
    right.set(ylim=(0, 1.08), ylabel="share of days called anomalous", title="found, by kind of anomaly")
    png = io.BytesIO()
    figure.savefig(png, dpi=110, metadata={"Software": None})
    return png.getvalue()


def write_all(files: dict[Path, bytes]) -> None:
    """Write every file beside its place and rename only then: a killed run leaves the earlier files whole."""
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(f".{path.name}.new").write_bytes(content)
    for path in files:
        path.with_name(f".{path.name}.new").replace(path)


def main(
    data: Annotated[Path, typer.Option(help="Folder with features/test.")] = DATA,
    model_file: Annotated[Path, typer.Option("--model", help="The model of stage 3.")] = MODEL,
    reports: Annotated[Path, typer.Option(help="For metrics.json, predictions.csv, test.png.")] = REPORTS,
    at_least: Annotated[float, typer.Option(min=0.001, max=1, help="Share of errors to be avoided.")] = 0.1,
) -> None:
    """Test the model on the test cities; exit code 3 when it is not clearly better than a constant answer."""
    try:
        model = read_model(model_file)
        names = list(model.feature_names_in_)
        rows = read_table(data / "features/test", names)
        rows["predicted"] = model.predict(rows[names])
        metrics = evaluate(rows, at_least)
        predictions = rows[["city", *LABELS, "predicted"]].to_csv(index=False, lineterminator="\n")
        write_all(
            {
                reports / "metrics.json": f"{json.dumps(metrics, indent=2)}\n".encode(),
                reports / "predictions.csv": predictions.encode(),
                reports / "test.png": plot(rows, metrics),
            }
        )
    except (InputError, OSError) as error:
        sys.exit(f"model_testing.py: {error}")
    accuracy, constant = f"{metrics['accuracy']:.3f}", f"{metrics['majority_accuracy']:.3f}"
    if not metrics["beats_majority"]:
        print(
            f"model_testing.py: REFUSED {model_file}: accuracy {accuracy} does not clearly beat the",
            f"{constant} of one constant answer: it avoids {metrics['errors_avoided']:.1%} of its errors and",
            f"must avoid {at_least:.0%}; see {reports / 'metrics.json'}, mend data or model, train again",
            file=sys.stderr,
        )
        sys.exit(NOT_BETTER)
    print(f"model_testing.py: a constant answer has {constant}; more in {reports}", file=sys.stderr)
    print(f"Model test accuracy is: {accuracy}")


if __name__ == "__main__":
    typer.run(main)
