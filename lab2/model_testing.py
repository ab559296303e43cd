"""Stage 4: asks the saved model about the test days, prints the result line, and publishes the model if it earned that.

It is given raw windows of weather, as by a service, and must beat "it never rains" and "tomorrow is as today".
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import skops.io
import typer
from matplotlib import style
from matplotlib.figure import Figure
from scipy.stats import binomtest, rankdata
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, brier_score_loss
from sklearn.pipeline import Pipeline

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the script runs alone, from any directory
from lab2.inputs import TARGET, InputError, read_rows, run_stage

HERE = Path(__file__).resolve().parent
# Reviewed: a product of two arrays, and the trees of forest and boosting. None of them runs code of the file.
BOOSTED = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
TRUSTED = ["numpy.dot", "sklearn.tree._tree.Tree", BOOSTED]
NOT_BETTER = 3  # exit code: the files are fine, the model is not
BLOCK, RESAMPLES = 14, 1000  # in days: weather of one fortnight hardly depends on the one before


def read_model(folder: Path) -> tuple[Pipeline, dict[str, Any]]:
    """The model of stage 3, of reviewed types only, and what is written about it; raises InputError."""
    path = folder / "model.skops"
    try:
        return skops.io.load(path, trusted=TRUSTED), json.loads((folder / "model.json").read_text())
    except FileNotFoundError as error:
        raise InputError(f"{error.filename}: no such file; run model_training.py first") from None
    except Exception as error:  # broken JSON or archive, or a type that is not trusted: all mean the same
        raise InputError(f"{path}: not a model that can be loaded ({error}); run model_training.py again") from None


def resamples(days: int, rng: np.random.Generator) -> np.ndarray:
    """Row numbers (RESAMPLES, days) of a moving-block bootstrap (Kuensch 1989): neighbouring days stay together."""
    starts = rng.integers(0, max(days - BLOCK, 0), (RESAMPLES, days // BLOCK + 1), endpoint=True)
    return (starts[:, :, None] + np.arange(min(BLOCK, days))).reshape(RESAMPLES, -1)[:, :days]


def measure(truth: np.ndarray, chance: np.ndarray) -> dict[str, np.ndarray]:
    """The metrics of chances (..., days) for answers 0 or 1 (..., days), each (...): many resamples at once."""
    rain, called = truth == 1, chance > 0.5
    rainy, dry = rain.sum(-1), (~rain).sum(-1)
    recall, specificity = (called & rain).sum(-1) / rainy, (~called & ~rain).sum(-1) / dry
    ranks = np.where(rain, rankdata(chance, axis=-1), 0).sum(-1)  # Mann and Whitney 1947
    return {
        "accuracy": (called == rain).mean(-1),
        "balanced_accuracy": (recall + specificity) / 2,
        "roc_auc": (ranks - rainy * (rainy + 1) / 2) / (rainy * dry),
        "brier": ((chance - truth) ** 2).mean(-1),
    }


def interval(value: np.ndarray, resampled: np.ndarray) -> dict[str, float]:
    """A value with the 95 % interval of its resamples."""
    low, high = np.quantile(resampled, [0.025, 0.975])
    return {"value": float(value), "low": float(low), "high": float(high)}


def evaluate(rows: pd.DataFrame, chance: np.ndarray, before: pd.DataFrame, seed: int) -> dict[str, Any]:
    """Metrics of the chances of rain (rows,) with 95 % intervals, and the same of the answers that need no model.

    A model beats an answer if it is right on more days and its chances are clearly better too: the interval of the
    difference of Brier scores is below 0. For that, each answer gets the chances that it deserves, learnt from
    `before` (the rows of train): how often it rained at all, and how often after a day like today.
    """
    truth, today = rows[TARGET].to_numpy(), rows["precipitation_0"] > 0
    rates = before[TARGET].groupby(before["precipitation_0"] > 0).mean()
    overall = before[TARGET].mean()
    answers = {
        "it never rains": (np.zeros(len(rows)), np.full(len(rows), overall)),
        "tomorrow is as today": (today.to_numpy(), today.map(rates).fillna(overall).to_numpy()),
    }
    picks = resamples(len(rows), np.random.default_rng(seed))
    picks = picks[np.ptp(truth[picks], axis=1) > 0]  # a resample with one answer only has no ROC AUC
    values, drawn = measure(truth, chance), measure(truth[picks], chance[picks])
    metrics: dict[str, Any] = {"days": len(rows), "share_of_rain": float(truth.mean()), "without_a_model": {}}
    metrics |= {name: interval(values[name], drawn[name]) for name in values}
    for name, (answer, deserved) in answers.items():
        lost = (chance - truth) ** 2 - (deserved - truth) ** 2
        difference = interval(lost.mean(), lost[picks].mean(axis=1))
        accuracy = float(accuracy_score(truth, answer))
        metrics["without_a_model"][name] = {
            "accuracy": accuracy,
            "brier": float(brier_score_loss(truth, deserved)),
            "brier_difference": difference,
            "beaten": bool(values["accuracy"] > accuracy and difference["high"] < 0),
        }
    metrics["accepted"] = all(answer["beaten"] for answer in metrics["without_a_model"].values())
    return metrics


def plot(truth: np.ndarray, chance: np.ndarray) -> Figure:
    """The confusion matrix, and how often it rained by the chance of rain (eight groups, Wilson's 95 % interval)."""
    style.use(HERE.parent / "tools/plots.mplstyle")
    figure = Figure(figsize=(10.5, 4.8))
    left, right = figure.subplots(1, 2)
    labels = ["dry", "rain"]
    ConfusionMatrixDisplay.from_predictions(
        truth, chance > 0.5, display_labels=labels, cmap="Blues", colorbar=False, ax=left
    )
    left.set(xlabel="predicted", ylabel="true", title=f"Tomorrow's weather, n = {len(truth)} test days")
    left.grid(visible=False)
    for group in np.array_split(np.argsort(chance, kind="stable"), 8):
        rainy = int(truth[group].sum())
        share, wilson = rainy / len(group), binomtest(rainy, len(group)).proportion_ci(method="wilson")
        errors = [[max(share - wilson.low, 0)], [max(wilson.high - share, 0)]]
        right.errorbar(chance[group].mean(), share, yerr=errors, fmt="o", color="C0", capsize=3)
    right.plot([0, 1], [0, 1], color="C7", linestyle="--", label="perfect calibration")
    right.set(xlim=(0, 1), ylim=(0, 1), xlabel="predicted chance of rain", ylabel="share of days with rain")
    right.set_title(f"Calibration, 8 groups of {len(truth) // 8} days or more")
    right.legend(loc="upper left")
    return figure


def publish(candidate: Path, folder: Path) -> None:
    """Copy the accepted model to its place, each file by one rename: whoever reads there gets a whole one."""
    new = Path(shutil.copytree(candidate, folder / ".new", dirs_exist_ok=True))
    for path in new.iterdir():
        path.replace(folder / path.name)
    new.rmdir()


def main(
    folder: Annotated[Path, typer.Option(help="Has data/windows/ and model/candidate/; gets reports/, model/.")] = HERE,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="For the bootstrap.")] = 0,
) -> None:
    """Test the model on later days; exit code 3 if it does not beat the answers that need no model."""
    candidate, reports = folder / "model/candidate", folder / "reports"
    model, about = read_model(candidate)
    before = read_rows(folder / "data/windows/train.csv", "data_preparation.py")
    rows = read_rows(folder / "data/windows/test.csv", "data_preparation.py")
    if rows.index.min() <= pd.Timestamp(about["trained_on"]["last"]):
        again = f"the model was trained up to {about['trained_on']['last']}; run model_training.py again"
        raise InputError(f"{folder / 'data/windows/test.csv'}: {rows.index.min():%Y-%m-%d} is not a test day: {again}")
    truth, chance = rows[TARGET].to_numpy(), model.predict_proba(rows[about["inputs"]])[:, 1]
    metrics = evaluate(rows, chance, before, seed)
    reports.mkdir(parents=True, exist_ok=True)
    (reports / "metrics.json").write_text(f"{json.dumps(metrics, indent=2)}\n")
    rows[[TARGET]].assign(chance=chance).to_csv(reports / "predictions.csv", lineterminator="\n")
    plot(truth, chance).savefig(reports / "test.png", metadata={"Software": None})
    accuracy, brier = (metrics[name]["value"] for name in ("accuracy", "brier"))
    for name, answer in metrics["without_a_model"].items():
        verdict = "beaten" if answer["beaten"] else "NOT beaten"
        line = f'"{name}" is {verdict}: accuracy {answer["accuracy"]:.3f} against {accuracy:.3f}'
        print(f"model_testing.py: {line}, Brier score {answer['brier']:.3f} against {brier:.3f}", file=sys.stderr)
    if not metrics["accepted"]:
        reason = "it must beat both answers in accuracy and, clearly, in Brier score"
        print(f"model_testing.py: REFUSED the model: {reason}; the accepted model is unchanged", file=sys.stderr)
        sys.exit(NOT_BETTER)
    (candidate / "model.json").write_text(json.dumps(about | {"test": metrics}, indent=2))
    publish(candidate, folder / "model")
    print(f"Model test accuracy is: {accuracy:.3f}")


if __name__ == "__main__":
    run_stage(main)
