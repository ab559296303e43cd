"""Stage 4: asks the saved model about the test days, prints the result line, and publishes the model if it earned that.

It is given raw windows of weather, as by a service, and must beat "it never rains" and "tomorrow is as today".
"""

import hashlib
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
from scipy.stats import binomtest, rankdata
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.pipeline import Pipeline

HERE = Path(__file__).resolve().parent
DATA, CANDIDATE, MODEL, REPORTS = HERE / "data", HERE / "model/candidate", HERE / "model", HERE / "reports"
TARGET = "rain_tomorrow"
# Reviewed: a product of two arrays, and the trees of forest and boosting. None of them runs code of the file.
BOOSTED = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
TRUSTED = ["numpy.dot", "sklearn.tree._tree.Tree", BOOSTED]
NOT_BETTER = 3  # exit code: the files are fine, the model is not
BLOCK, RESAMPLES = 14, 1000  # in days: weather of one fortnight hardly depends on the one before


class InputError(ValueError):
    """A file that this stage cannot use; the message names file, reason and remedy."""


def read_model(folder: Path) -> tuple[Pipeline, dict[str, Any]]:
    """The model of stage 3, of reviewed types only, and what is written about it; raises InputError."""
    path, again = folder / "model.skops", "run model_training.py again"
    try:
        about, content = json.loads((folder / "model.json").read_text()), path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{error.filename}: no such file; run model_training.py first") from None
    except ValueError:
        about, content = None, b""
    if not isinstance(about, dict) or about.get("sha256") != hashlib.sha256(content).hexdigest():
        raise InputError(f"{path}: not the file that model.json beside it names; {again}")
    try:
        return skops.io.loads(content, trusted=TRUSTED), about
    except Exception as error:  # a type that is not trusted, or of another version of scikit-learn
        raise InputError(f"{path}: not a model that can be loaded ({error}); {again}") from None


def read_windows(path: Path, inputs: list[str], after: str) -> pd.DataFrame:
    """The rows of a table of windows, index `date`, checked to be later than the day `after`; raises InputError."""
    again = "run data_preparation.py and model_training.py again"
    try:
        rows = pd.read_csv(path, index_col="date")[[*inputs, TARGET]].astype(float)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run data_preparation.py first") from None
    except (ValueError, KeyError) as error:
        raise InputError(f"{path}: not a table of windows for this model ({error}); {again}") from None
    if not np.isfinite(rows.to_numpy()).all() or set(rows[TARGET]) != {0, 1}:
        raise InputError(f"{path}: needs a number in every cell, and both 0 and 1 in column {TARGET}; {again}")
    if not (rows.index > after).all():
        raise InputError(f"{path}: {rows.index.min()} is no test day: the model was trained up to {after}; {again}")
    return rows


def resamples(days: int, rng: np.random.Generator) -> np.ndarray:
    """Row numbers (RESAMPLES, days) of a moving-block bootstrap (Kuensch 1989): neighbouring days stay together."""
    starts = rng.integers(0, max(days - BLOCK, 0), (RESAMPLES, days // BLOCK + 1), endpoint=True)
    return (starts[:, :, None] + np.arange(min(BLOCK, days))).reshape(RESAMPLES, -1)[:, :days]


def measure(truth: np.ndarray, chance: np.ndarray) -> dict[str, np.ndarray]:
    """The metrics of chances (..., days) for answers 0 or 1 (..., days), each (...): many resamples at once."""
    rain, called = truth == 1, chance > 0.5
    rainy, dry = rain.sum(-1), (~rain).sum(-1)
    right = (called & rain).sum(-1) / rainy, (~called & ~rain).sum(-1) / dry
    ranks = np.where(rain, rankdata(chance, axis=-1), 0).sum(-1)  # Mann and Whitney 1947
    return {
        "accuracy": (called == rain).mean(-1),
        "balanced_accuracy": (right[0] + right[1]) / 2,
        "roc_auc": (ranks - rainy * (rainy + 1) / 2) / (rainy * dry),
        "brier": ((chance - truth) ** 2).mean(-1),
    }


def evaluate(rows: pd.DataFrame, chance: np.ndarray, before: pd.DataFrame, seed: int) -> dict[str, Any]:
    """Metrics of the chances of rain (rows,) with 95 % intervals, and the same of the answers that need no model.

    A model beats an answer when it is right on more days, and when its chances are clearly better too: the interval of
    the difference of Brier scores is below 0. For that, each answer gets the chances that it deserves, learnt from
    `before` (the rows of train): how often it rained at all, and how often after a day like today.
    """
    truth, today = rows[TARGET].to_numpy(), rows["precipitation_0"].to_numpy() > 0
    rates = before[TARGET].groupby(before["precipitation_0"] > 0).mean()
    overall = float(before[TARGET].mean())
    after = np.where(today, *[rates.get(wet, overall) for wet in (True, False)])
    answers = {
        "it never rains": (np.zeros(len(rows)), np.full(len(rows), overall)),
        "tomorrow is as today": (today.astype(float), after),
    }
    picks = resamples(len(rows), np.random.default_rng(seed))
    picks = picks[np.ptp(truth[picks], axis=1) > 0]
    values, drawn = measure(truth, chance), measure(truth[picks], chance[picks])

    def interval(value: np.ndarray, resampled: np.ndarray) -> dict[str, float]:
        low, high = np.quantile(resampled, [0.025, 0.975])
        return {"value": float(value), "low": float(low), "high": float(high)}

    metrics: dict[str, Any] = {"days": len(rows), "share_of_rain": float(truth.mean()), "without_a_model": {}}
    metrics |= {name: interval(values[name], drawn[name]) for name in values}
    for name, (answer, deserved) in answers.items():
        lost = (chance - truth) ** 2 - (deserved - truth) ** 2
        difference = interval(lost.mean(), lost[picks].mean(axis=1))
        accuracy = float(measure(truth, answer)["accuracy"])
        metrics["without_a_model"][name] = {
            "accuracy": accuracy,
            "brier": float(measure(truth, deserved)["brier"]),
            "brier_difference": difference,
            "beaten": bool(values["accuracy"] > accuracy and difference["high"] < 0),
        }
    metrics["accepted"] = all(answer["beaten"] for answer in metrics["without_a_model"].values())
    return metrics


def to_png(figure: Figure) -> bytes:
    png = io.BytesIO()
    figure.savefig(png, dpi=110, metadata={"Software": None})
    return png.getvalue()


def plot_confusion(truth: np.ndarray, chance: np.ndarray) -> bytes:
    """PNG: how many dry and rainy days were called dry and rainy."""
    axes = (figure := Figure(figsize=(4.6, 4.2), layout="constrained")).subplots()
    ConfusionMatrixDisplay.from_predictions(truth, chance > 0.5, cmap="Blues", colorbar=False, ax=axes)
    axes.set(xticklabels=["dry", "rain"], yticklabels=["dry", "rain"], title=f"tomorrow, {len(truth)} test days")
    return to_png(figure)


def plot_calibration(truth: np.ndarray, chance: np.ndarray) -> bytes:
    """PNG: the days in eight groups by their chance, and the share of each with rain (Wilson's 95 % interval)."""
    axes = (figure := Figure(figsize=(5, 4.8), layout="constrained")).subplots()
    for part in np.array_split(np.argsort(chance), 8):
        rainy = int(truth[part].sum())
        share, interval = rainy / len(part), binomtest(rainy, len(part)).proportion_ci(method="wilson")
        errors = [[max(share - interval.low, 0)], [max(interval.high - share, 0)]]
        axes.errorbar(chance[part].mean(), share, yerr=errors, fmt="o", color="#0072B2", capsize=3)
    axes.plot([0, 1], [0, 1], color="#999999", linestyle="--", label="a chance that keeps its word")
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="chance of rain", ylabel="share with rain", title="test days, in eighths")
    axes.legend(loc="upper left")
    return to_png(figure)


def main(
    data: Annotated[Path, typer.Option(help="Folder with windows/train.csv and windows/test.csv.")] = DATA,
    candidate: Annotated[Path, typer.Option(help="The model of stage 3.")] = CANDIDATE,
    model_folder: Annotated[Path, typer.Option("--model", help="Where an accepted model goes.")] = MODEL,
    reports: Annotated[Path, typer.Option(help="For metrics.json, predictions.csv and the plots.")] = REPORTS,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="For the bootstrap.")] = 0,
) -> None:
    """Test the model on later days; exit code 3 when it does not beat the answers that need no model."""
    try:
        model, about = read_model(candidate)
        inputs = list(model.feature_names_in_)
        before = read_windows(data / "windows/train.csv", inputs, "")
        rows = read_windows(data / "windows/test.csv", inputs, about["trained_on"]["last"])
        truth, chance = rows[TARGET].to_numpy(), model.predict_proba(rows[inputs])[:, 1]
        metrics = evaluate(rows, chance, before, seed)
        files = {
            reports / "metrics.json": json.dumps(metrics, indent=2).encode(),
            reports / "predictions.csv": rows[[TARGET]].assign(chance=chance).to_csv(lineterminator="\n").encode(),
            reports / "confusion.png": plot_confusion(truth, chance),
            reports / "calibration.png": plot_calibration(truth, chance),
        }
        if metrics["accepted"]:
            files[model_folder / "model.skops"] = (candidate / "model.skops").read_bytes()
            files[model_folder / "model.json"] = json.dumps(about | {"test": metrics}, indent=2).encode()
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f".{path.name}.new").write_bytes(content)
        for path in files:  # only now: a killed run leaves the earlier files whole
            path.with_name(f".{path.name}.new").replace(path)
    except (InputError, OSError) as error:
        sys.exit(f"model_testing.py: {error}")
    accuracy, brier = (metrics[name]["value"] for name in ("accuracy", "brier"))
    for name, answer in metrics["without_a_model"].items():
        line = f'"{name}" is {"" if answer["beaten"] else "NOT "}beaten: accuracy {answer["accuracy"]:.3f} against'
        line += f" {accuracy:.3f}, Brier score {answer['brier']:.3f} against {brier:.3f}"
        print(f"model_testing.py: {line}", file=sys.stderr)
    if not metrics["accepted"]:
        why = "it must beat both answers in accuracy and, clearly, in Brier score"
        print(f"model_testing.py: REFUSED {candidate}: {why}; the model in {model_folder} stays", file=sys.stderr)
        sys.exit(NOT_BETTER)
    print(f"Model test accuracy is: {accuracy:.3f}")


if __name__ == "__main__":
    typer.run(main)
