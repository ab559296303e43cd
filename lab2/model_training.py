"""Stage 3: compares classifiers on the train part, folds in order of time, and saves the best with its features.

The saved object is one scikit-learn pipeline: rows of measured weather (the columns of `data/windows`) in, the chance
of rain tomorrow out. It goes to `model/candidate`; stage 4 copies it to `model` if it passes.
"""

import hashlib
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import TimeSeriesSplit, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the script runs alone, from any directory
from lab2.data_preparation import FOLDS, WINDOW, candidate_features, features_of
from lab2.inputs import BOUNDS, TARGET, InputError, read_rows, run_stage
from tools.skops_bytes import dumps

HERE = Path(__file__).resolve().parent


def classifiers(seed: int) -> dict[str, Any]:
    """The classifiers to choose from, simple ones first."""
    trees = {"min_samples_leaf": 20, "random_state": seed}
    return {
        "logistic regression, C=0.03": make_pipeline(StandardScaler(), LogisticRegression(C=0.03)),
        "logistic regression, C=0.3": make_pipeline(StandardScaler(), LogisticRegression(C=0.3)),
        "random forest": RandomForestClassifier(100, **trees),
        "gradient boosting": HistGradientBoostingClassifier(max_iter=60, learning_rate=0.05, **trees),
    }


def compare(x: pd.DataFrame, y: pd.Series, seed: int) -> dict[str, dict[str, float]]:
    """Brier score and ROC AUC of every classifier, means over folds of which each is later than what it learns from."""
    scores = {}
    scoring = {"brier": "neg_brier_score", "roc_auc": "roc_auc"}
    for name, classifier in classifiers(seed).items():
        folds = cross_validate(classifier, x.to_numpy(), y, cv=TimeSeriesSplit(FOLDS), scoring=scoring)
        brier, auc = -folds["test_brier"].mean(), folds["test_roc_auc"].mean()
        scores[name] = {"brier": float(brier), "roc_auc": float(auc)}
        print(f"model_training.py: {name}: Brier score {brier:.4f}, ROC AUC {auc:.3f}", file=sys.stderr)
    return scores


def main(
    folder: Annotated[Path, typer.Option(help="Has data/features/train.csv; gets model/candidate/.")] = HERE,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="For the forest and the boosting.")] = 0,
) -> None:
    """Choose a classifier by cross-validation, fit it on all of train, save it with its features."""
    path = folder / "data/features/train.csv"
    rows = read_rows(path, "data_preparation.py")
    x, y = rows.drop(columns=TARGET), rows[TARGET]
    names = [str(name) for name in x]
    if unknown := sorted(set(names) - set(candidate_features())):
        raise InputError(f"{path}: no feature is called {', '.join(unknown)}; run data_preparation.py again")
    features = features_of(names)
    scores = compare(x, y, seed)
    best = min(scores, key=lambda name: scores[name]["brier"])
    model = Pipeline([("features", features), ("classifier", classifiers(seed)[best].fit(x.to_numpy(), y))])
    content = dumps(model)
    first, last = (f"{day:%Y-%m-%d}" for day in (x.index[0], x.index[-1]))
    libraries = {name: version(name) for name in ["scikit-learn", "numpy", "skops"]}
    about = {
        "question": "the chance that more than 0 mm of rain fall tomorrow, from the last days' weather",
        "window_days": WINDOW,
        "columns": list(BOUNDS),
        "inputs": list(features.feature_names_in_),
        "features": names,
        "classifier": best,
        "cross_validation": scores,
        "trained_on": {"days": len(x), "first": first, "last": last, "share_of_rain": float(y.mean())},
        "seed": seed,
        "versions": {"python": platform.python_version(), **libraries},
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    candidate = folder / "model/candidate"
    candidate.mkdir(parents=True, exist_ok=True)
    (candidate / "model.skops").write_bytes(content)
    (candidate / "model.json").write_text(json.dumps(about, indent=2))
    print(f"model_training.py: {best}, trained on {len(x)} days", file=sys.stderr)


if __name__ == "__main__":
    run_stage(main)
