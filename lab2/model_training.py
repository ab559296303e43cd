"""Stage 3: compares classifiers on the train part, folds in order of time, and saves the best with its features.

The saved object is one scikit-learn pipeline: rows of measured weather (the columns of `data/windows`) in, the chance
of rain tomorrow out. It goes to `model/candidate`; stage 4 moves it on to `model` if it passes.
"""

import hashlib
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import skops.io
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).resolve().parent
DATA, FEATURES, CANDIDATE = HERE / "data", HERE / "model/features.skops", HERE / "model/candidate"
TARGET = "rain_tomorrow"
TRUSTED = ["numpy.dot"]  # what features.skops may hold besides scikit-learn's own types
FOLDS = 5


class InputError(ValueError):
    """A file that this stage cannot use; the message names file, reason and remedy."""


def classifiers(seed: int) -> dict[str, Any]:
    """The classifiers to choose from, simple ones first."""
    trees = {"min_samples_leaf": 20, "random_state": seed}
    return {
        "logistic regression, C=0.03": make_pipeline(StandardScaler(), LogisticRegression(C=0.03)),
        "logistic regression, C=0.3": make_pipeline(StandardScaler(), LogisticRegression(C=0.3)),
        "random forest": RandomForestClassifier(100, **trees),
        "gradient boosting": HistGradientBoostingClassifier(max_iter=60, learning_rate=0.05, **trees),
    }


def read_rows(path: Path) -> pd.DataFrame:
    """The rows of one of stage 2's tables, index `date`, all cells numbers; raises InputError."""
    again = "run data_preparation.py again"
    try:
        rows = pd.read_csv(path, index_col="date").astype(float)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run data_preparation.py first") from None
    except ValueError as error:
        raise InputError(f"{path}: not a table of stage 2 ({error}); {again}") from None
    if TARGET not in rows or not np.isfinite(rows.to_numpy()).all() or not rows[TARGET].isin([0, 1]).all():
        raise InputError(f"{path}: needs a number in every cell and 0 or 1 in column {TARGET}; {again}")
    return rows


def read_inputs(data: Path, features_file: Path) -> tuple[Pipeline, pd.DataFrame, "pd.Series[int]"]:
    """The features object, the rows it made of the windows of train, and their target; raises InputError."""
    again = "run data_preparation.py again"
    windows, rows = read_rows(data / "windows/train.csv"), read_rows(data / "features/train.csv")
    try:
        features = skops.io.load(features_file, trusted=TRUSTED)
        made = features.transform(windows.drop(columns=TARGET))
    except FileNotFoundError:
        raise InputError(f"{features_file}: no such file; run data_preparation.py first") from None
    except Exception as error:  # a broken file fails in many ways inside skops, and all mean the same
        raise InputError(f"{features_file}: not the features of {data} ({error}); {again}") from None
    table, target = rows.drop(columns=TARGET), rows[TARGET]
    if made.shape != table.shape or not np.allclose(made, table) or not target.equals(windows[TARGET]):
        raise InputError(f"{data / 'features/train.csv'}: not what {features_file} makes of windows/train.csv; {again}")
    return features, table, target.astype(int)


def compare(x: pd.DataFrame, y: "pd.Series[int]", seed: int, console: Console) -> dict[str, dict[str, float]]:
    """Brier score and ROC AUC of every classifier, means over folds of which each is later than what it learns from."""
    scores = {}
    with Progress(console=console) as progress:
        task = progress.add_task("cross-validation", total=FOLDS * len(classifiers(seed)))
        for name, classifier in classifiers(seed).items():
            folds = []
            for earlier, later in TimeSeriesSplit(FOLDS).split(x):
                classifier.fit(x.iloc[earlier].to_numpy(), y.iloc[earlier])
                chance = classifier.predict_proba(x.iloc[later].to_numpy())[:, 1]
                folds.append([brier_score_loss(y.iloc[later], chance), roc_auc_score(y.iloc[later], chance)])
                progress.update(task, advance=1, description=name)
            brier, auc = np.mean(folds, axis=0)
            scores[name] = {"brier": float(brier), "roc_auc": float(auc)}
    return scores


def show(scores: dict[str, dict[str, float]], console: Console) -> None:
    """Print the scores as a table, the best first."""
    table = Table("classifier", "Brier score", "ROC AUC", title=f"means of {FOLDS} folds in order of time")
    for name, score in sorted(scores.items(), key=lambda item: item[1]["brier"]):
        table.add_row(name, f"{score['brier']:.4f}", f"{score['roc_auc']:.3f}")
    console.print(table)


def main(
    data: Annotated[Path, typer.Option(help="Folder with windows/train.csv and features/train.csv.")] = DATA,
    features_file: Annotated[Path, typer.Option("--features", help="The features object of stage 2.")] = FEATURES,
    candidate: Annotated[Path, typer.Option(help="Folder for model.skops and model.json.")] = CANDIDATE,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="For the forest and the boosting.")] = 0,
) -> None:
    """Choose a classifier by cross-validation, fit it on all of train, save it with its features."""
    console = Console(stderr=True)
    try:
        features, x, y = read_inputs(data, features_file)
        scores = compare(x, y, seed, console)
        best = min(scores, key=lambda name: scores[name]["brier"])
        model = Pipeline([("features", features), ("classifier", classifiers(seed)[best].fit(x.to_numpy(), y))])
        content = skops.io.dumps(model)
        inputs = list(features.feature_names_in_)
        columns = [name.removesuffix("_0") for name in inputs if name.endswith("_0")]
        about = {
            "question": "the chance that more than 0 mm of rain fall tomorrow, from the last days' weather",
            "window_days": sum(name.rpartition("_")[0] == columns[0] for name in inputs),
            "columns": columns,
            "inputs": inputs,
            "features": list(x.columns),
            "classifier": best,
            "cross_validation": scores,
            "trained_on": {"days": len(x), "first": x.index[0], "last": x.index[-1], "share_of_rain": float(y.mean())},
            "seed": seed,
            "versions": {"python": platform.python_version()}
            | {name: version(name) for name in ["scikit-learn", "numpy", "skops"]},
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        candidate.mkdir(parents=True, exist_ok=True)
        for name, text in {"model.skops": content, "model.json": json.dumps(about, indent=2).encode()}.items():
            (candidate / f".{name}.new").write_bytes(text)
        for name in ["model.skops", "model.json"]:
            (candidate / f".{name}.new").replace(candidate / name)
    except (InputError, OSError) as error:
        sys.exit(f"model_training.py: {error}")
    show(scores, console)
    print(f"model_training.py: {best}, trained on {len(x)} days, saved in {candidate}", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
