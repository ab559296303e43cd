"""Models with their defaults on folds of a prepared table: a program as in bench/quality_models.py says."""

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Model = Callable[[pd.DataFrame], np.ndarray]
Fit = Callable[[pd.DataFrame, np.ndarray], Model]
TARGET = "the target"  # no table has a column of this name
MOST_CATEGORIES = 255  # of scikit-learn's HistGradientBoosting


def answers(model: Any, rows: Any, task: str) -> np.ndarray:
    """Values, the probability of class 1, or those of all classes."""
    if task == "regression":
        return np.asarray(model.predict(rows))
    chances = np.asarray(model.predict_proba(rows))
    return chances[:, 1] if task == "binary" else chances


class Categories:
    """Text as pandas' categories of the training rows; a new one is a missing value."""

    def __init__(self, train: pd.DataFrame) -> None:
        self.kinds = {name: pd.CategoricalDtype(list(train[name].dropna().unique())) for name in texts(train)}

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows.astype(self.kinds)


def texts(rows: pd.DataFrame) -> list[str]:
    return [name for name in rows.columns if not pd.api.types.is_numeric_dtype(rows[name])]


def catboost(task: str, limit: int) -> Fit:
    from catboost import CatBoostClassifier, CatBoostRegressor

    kind = CatBoostRegressor if task == "regression" else CatBoostClassifier

    def fit(train: pd.DataFrame, target: np.ndarray) -> Model:
        categories = texts(train)

        def filled(rows: pd.DataFrame) -> pd.DataFrame:
            return rows.assign(**{name: rows[name].astype(str) for name in categories})

        model = kind(cat_features=categories, verbose=False, allow_writing_files=False, random_seed=0)
        model.fit(filled(train), target)
        return lambda rows: answers(model, filled(rows), task)

    return fit


def lightgbm(task: str, limit: int) -> Fit:
    from lightgbm import LGBMClassifier, LGBMRegressor

    def fit(train: pd.DataFrame, target: np.ndarray) -> Model:
        model = (LGBMRegressor if task == "regression" else LGBMClassifier)(verbose=-1, random_state=0)
        closed = Categories(train)
        model.fit(closed(train), target)
        return lambda rows: answers(model, closed(rows), task)

    return fit


def hist_gradient_boosting(task: str, limit: int) -> Fit:
    """Of a column with more categories than it takes, their numbers."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingRegressor if task == "regression" else HistGradientBoostingClassifier

    def fit(train: pd.DataFrame, target: np.ndarray) -> Model:
        closed = Categories(train)
        large = [name for name, kind in closed.kinds.items() if len(kind.categories) > MOST_CATEGORIES]

        def encoded(rows: pd.DataFrame) -> pd.DataFrame:
            rows = closed(rows)
            return rows.assign(**{name: rows[name].cat.codes for name in large})

        model = kind(random_state=0).fit(encoded(train), target)
        return lambda rows: answers(model, encoded(rows), task)

    return fit


def autogluon(preset: str) -> Callable[[str, int], Fit]:
    """It is given the loss that it is judged by."""

    def configured(task: str, limit: int) -> Fit:
        from autogluon.tabular import TabularPredictor

        metric = "rmse" if task == "regression" else "log_loss"

        def fit(train: pd.DataFrame, target: np.ndarray) -> Model:
            folder = tempfile.mkdtemp(dir=sys.argv[2])
            predictor = TabularPredictor(TARGET, problem_type=task, eval_metric=metric, path=folder, verbosity=1)
            predictor.fit(train.assign(**{TARGET: target}), presets=preset, time_limit=limit)
            predictor.persist()

            def scores(rows: pd.DataFrame) -> np.ndarray:
                if task == "regression":
                    return np.asarray(predictor.predict(rows))
                chances = predictor.predict_proba(rows).reindex(columns=sorted(set(target)), fill_value=0)
                return np.asarray(chances[1] if task == "binary" else chances)

            return scores

        return fit

    return configured


MODELS: dict[str, Callable[[str, int], Fit]] = {
    "catboost": catboost,
    "lightgbm": lightgbm,
    "hist-gradient-boosting": hist_gradient_boosting,
    **{preset: autogluon(preset) for preset in ("medium_quality", "good_quality", "best_quality")},
}


def main() -> None:
    name, folder, task, limit, *numbers = sys.argv[1:]
    rows, target = pd.read_csv(Path(folder) / "features.csv"), np.load(Path(folder) / "target.npy")
    if name == "lightgbm":
        rows.columns = [f"column {number}" for number in range(rows.shape[1])]  # it refuses brackets in names
    folds = np.load(Path(folder) / "folds.npz")
    with contextlib.redirect_stdout(sys.stderr):
        fit = MODELS[name](task, int(limit))
    for number in numbers:
        train, test = folds[f"train_{number}"], folds[f"test_{number}"]
        with contextlib.redirect_stdout(sys.stderr):
            began, began_of_processors = time.perf_counter(), time.process_time()
            model = fit(rows.iloc[train], target[train])
            trained, of_processors = time.perf_counter(), time.process_time() - began_of_processors
            scores = model(rows.iloc[test])
            predict = time.perf_counter() - trained
        np.save(Path(folder) / f"scores_{number}.npy", scores)
        seconds = {"train": trained - began, "processors": of_processors, "predict": predict}
        print(json.dumps({"fold": int(number), **seconds}), flush=True)


if __name__ == "__main__":
    main()
