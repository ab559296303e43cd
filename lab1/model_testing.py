"""Stage 4: asks the saved model about the test cities and prints the one result line, if the model earned it."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from matplotlib import style
from matplotlib.figure import Figure
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, balanced_accuracy_score, f1_score

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the script runs alone, from any directory
from lab1.inputs import FEATURES, LABELS, read_cities, read_model, run_stage

HERE = Path(__file__).resolve().parent
NOT_BETTER = 3  # exit code: the files are fine, the model is not


def evaluate(rows: pd.DataFrame) -> dict[str, Any]:
    """Metrics of a table with the columns city, kind, anomaly and predicted; shares are between 0 and 1.

    `errors_avoided` is the share of the errors of the best constant answer on these rows that the model does not make.
    """
    truth, predicted = rows["anomaly"], rows["predicted"]
    accuracy = float(accuracy_score(truth, predicted))
    majority = float(truth.value_counts(normalize=True).max())
    return {
        "days": len(rows),
        "accuracy": accuracy,
        "balanced_accuracy": float(balanced_accuracy_score(truth, predicted)),
        "f1": float(f1_score(truth, predicted)),
        "majority_accuracy": majority,
        "errors_avoided": (accuracy - majority) / (1 - majority),
        "false_alarms": float(predicted[truth == 0].mean()),
        "recall_by_kind": predicted[truth == 1].groupby(rows["kind"]).mean().to_dict(),
        "accuracy_by_city": (truth == predicted).groupby(rows["city"]).mean().to_dict(),
    }


def plot(rows: pd.DataFrame, metrics: dict[str, Any]) -> Figure:
    """The confusion matrix, and what share of each kind's days was detected."""
    style.use(HERE.parent / "tools/plots.mplstyle")
    figure = Figure(figsize=(11, 4.2))
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.5])
    truth, names = rows["anomaly"], ["normal", "anomalous"]
    ConfusionMatrixDisplay.from_predictions(
        truth, rows["predicted"], display_labels=names, cmap="Blues", colorbar=False, ax=left
    )
    left.set(xlabel="predicted", ylabel="true", title=f"Predictions for the test days, n = {len(rows)}")
    left.grid(visible=False)
    shares = {**metrics["recall_by_kind"], "false alarms\n(normal days)": metrics["false_alarms"]}
    colours = ["C0"] * (len(shares) - 1) + ["C1"]
    right.bar_label(right.bar(list(shares), list(shares.values()), color=colours), fmt="{:.1%}")
    right.set(ylim=(0, 1.08), ylabel="share of days called anomalous", title="Detected days by kind of anomaly")
    return figure


def main(
    data: Annotated[Path, typer.Option(help="Folder with features/test.")] = HERE / "run/data",
    model_file: Annotated[Path, typer.Option("--model", help="The model of stage 3.")] = HERE / "run/model.skops",
    reports: Annotated[Path, typer.Option(help="For metrics, predictions and plot.")] = HERE / "run/reports",
    at_least: Annotated[float, typer.Option(min=0.001, max=1, help="Share of errors to be avoided.")] = 0.1,
) -> None:
    """Test the model on the test cities; exit code 3 if it is not clearly better than a constant answer."""
    model = read_model(model_file)
    rows = read_cities(data / "features/test", FEATURES, "data_preprocessing.py")
    rows["predicted"] = model.predict(rows[FEATURES])
    metrics = evaluate(rows)
    reports.mkdir(parents=True, exist_ok=True)
    (reports / "metrics.json").write_text(f"{json.dumps(metrics, indent=2)}\n")
    rows[["city", *LABELS, "predicted"]].to_csv(reports / "predictions.csv", index=False, lineterminator="\n")
    plot(rows, metrics).savefig(reports / "test.png", metadata={"Software": None})
    accuracy = f"accuracy {metrics['accuracy']:.3f} (the best constant answer has {metrics['majority_accuracy']:.3f})"
    if metrics["errors_avoided"] < at_least:
        avoided = f"it avoids {metrics['errors_avoided']:.1%} of that answer's errors and must avoid {at_least:.0%}"
        print(f"model_testing.py: REFUSED the model: {accuracy}; {avoided}", file=sys.stderr)
        sys.exit(NOT_BETTER)
    print(f"model_testing.py: {accuracy}", file=sys.stderr)
    print(f"Model test accuracy is: {metrics['accuracy']:.3f}")


if __name__ == "__main__":
    run_stage(main)
