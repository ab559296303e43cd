"""How good the default model is, beside scikit-learn's, by cross-validation on tables that nobody tuned it for.

Every model sees the same folds; each row is judged once by models that did not see it. +- is the standard error of
the folds' mean. The product's own choices (trees, strength, weights) are made inside each fold's training rows.
"""

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegressionCV, RidgeCV
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from bench.quality_tables import BUNDLED, Table, bundled, product
from core.base import terminal
from core.features.maker import FeatureMaker
from core.metrics.classes import codes
from core.metrics.metrics import value
from core.model.training import fit
from core.spec.columns import Category, Date, Integer, Number
from core.spec.metric_names import MetricName

Scorer = Callable[[Table, pd.DataFrame, pd.DataFrame], np.ndarray]


def ours(table: Table, train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    """The pipeline's own training: a fifth of the rows is its validation part."""
    target = table.contract.target
    kinds = None if target.task == "regression" else train[target.name]
    inside, validation = train_test_split(train, test_size=0.2, stratify=kinds, random_state=0)
    return fit(table.contract, table.settings, (inside, validation)).model.scores(test)


def _plain(table: Table, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str], list[str]]:
    """What a person would give scikit-learn: numbers, days and closed categories; and which of them are which."""
    kinds = table.contract.features.items()
    numbers = [name for name, one in kinds if isinstance(one, Number | Integer | Date)]
    closed = [name for name, one in kinds if isinstance(one, Category)]
    made = FeatureMaker(table.contract.model_copy(update={"derived": {}}))(rows)
    frame = pd.DataFrame({name: made.get(name, rows[name].to_numpy()) for name in [*numbers, *closed]})
    return frame, numbers, closed


def _answers(table: Table, model: Any, rows: pd.DataFrame) -> np.ndarray:
    if table.contract.target.task == "regression":
        return np.asarray(model.predict(rows))
    chances = np.asarray(model.predict_proba(rows))
    return chances[:, 1] if table.contract.target.task == "binary" else chances


def histogram(table: Table, train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    """HistGradientBoosting with its defaults."""
    target = table.contract.target
    frame, numbers, closed = _plain(table, train)
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    columns = make_column_transformer((encoder, closed), ("passthrough", numbers))
    kind = HistGradientBoostingRegressor if target.task == "regression" else HistGradientBoostingClassifier
    model = make_pipeline(columns, kind(random_state=0)).fit(frame, codes(train[target.name], target))
    return _answers(table, model, _plain(table, test)[0])


def linear(table: Table, train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    """Logistic or ridge regression, scaled, one-hot encoded, its strength tuned by folds of the training rows."""
    target = table.contract.target
    frame, numbers, closed = _plain(table, train)
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore"), closed),
    )
    tuned = LogisticRegressionCV(
        Cs=7, max_iter=1000, scoring="neg_log_loss", l1_ratios=(0,), use_legacy_attributes=False
    )
    estimator = RidgeCV(np.logspace(-3, 3, 13)) if target.task == "regression" else tuned
    model = make_pipeline(columns, estimator).fit(frame, codes(train[target.name], target))
    return _answers(table, model, _plain(table, test)[0])


MODELS: dict[str, Scorer] = {"product": ours, "HistGradientBoosting": histogram, "tuned linear": linear}


def measure(table: Table, folds: int, repeats: int, tick: Callable[[], None]) -> dict[str, list[float]]:
    """Each model's metric on each fold: accuracy, of a regression R2."""
    target = table.contract.target
    answers = codes(table.rows[target.name], target)
    metric: MetricName = "r2" if target.task == "regression" else "accuracy"
    found: dict[str, list[float]] = {name: [] for name in MODELS}
    for seed in range(repeats):
        kind = KFold if target.task == "regression" else StratifiedKFold
        for train, test in kind(folds, shuffle=True, random_state=seed).split(table.rows, answers):
            for name, scorer in MODELS.items():
                scores = scorer(table, table.rows.iloc[train], table.rows.iloc[test])
                found[name].append(value(metric, answers[test], scores))
                tick()
    return found


def line(table: Table, found: dict[str, list[float]]) -> str:
    """A row of the table; the verdict compares with the better of the other two, in its standard errors."""
    mean = {name: float(np.mean(values)) for name, values in found.items()}
    error = {name: float(np.std(values, ddof=1) / len(values) ** 0.5) for name, values in found.items()}
    best = max((name for name in MODELS if name != "product"), key=lambda name: mean[name])
    gap = mean["product"] - mean[best]
    verdict = "better" if gap > 0 else "within one"
    if gap < -error[best]:
        verdict = "WORSE"
    metric = "R2" if table.contract.target.task == "regression" else "accuracy"
    cells = [f"{mean[name]:.3f} +- {error[name]:.3f}" for name in MODELS]
    return f"| {' | '.join([table.name, metric, *cells, verdict])} |"


def main(
    tables: Annotated[list[str] | None, typer.Argument(help="Tables; else all. Products must have run.")] = None,
    folds: Annotated[int, typer.Option(help="Parts of each cut.", min=3)] = 5,
    repeats: Annotated[int, typer.Option(help="How often the rows are cut anew.", min=1)] = 1,
) -> None:
    """Print a markdown table: our default run beside scikit-learn's boosting and a tuned linear model."""
    names = tables or [*BUNDLED, "titanic", "weather", "temperatures"]
    print(f"| table | metric | {' | '.join(MODELS)} | beside the better of the two |\n|---|---|---|---|---|---|")
    with terminal.progress() as bar:
        task = bar.add_task("cross-validation", total=len(names) * folds * repeats * len(MODELS))
        for name in names:
            table = bundled(name) if name in BUNDLED else product(name)
            print(line(table, measure(table, folds, repeats, lambda: bar.advance(task))), flush=True)


if __name__ == "__main__":
    typer.run(main)
