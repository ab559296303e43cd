"""How good the default model is, by repeated stratified cross-validation, beside simpler models on the same folds.

Ten times five folds, each judged by a model that saw none of its rows: 50 trainings a model (Kohavi 1995 on why
stratified and repeated). The hold-out of the pipeline plays no part in it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from product import console, table
from product.columns import Category, Integer, Number
from product.declaration import Product
from product.metric_names import MetricName
from product.metrics import value
from product.model import fit
from product.outcome import codes
from product.paths import Paths
from product.product_file import load

METRICS: list[MetricName] = ["accuracy", "roc_auc"]
Scorer = Callable[[pd.DataFrame, pd.DataFrame], np.ndarray]


def ours(product: Product) -> Scorer:
    """The product's own training: part of the rows for early stopping, then all of them."""

    def score(train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
        target = train[product.target.name]
        part, validation = train_test_split(
            train, test_size=product.split.validation, stratify=target, random_state=product.split.seed
        )
        return fit(product.contract, product.model, part, validation).scores(test)

    return score


def logistic(product: Product) -> Scorer:
    """Logistic regression on the numbers and closed categories of the contract, imputed, scaled, one-hot encoded."""
    plain = [
        name for name, feature in product.contract.features.items() if isinstance(feature, Number | Integer | Category)
    ]
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categories = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="missing"), OneHotEncoder(handle_unknown="ignore")
    )
    columns = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (categories, make_column_selector(dtype_exclude="number")),
    )
    return _sklearn(product, make_pipeline(columns, LogisticRegression(max_iter=1000)), plain)


def majority(product: Product) -> Scorer:
    """Always the commoner class."""
    return _sklearn(product, DummyClassifier(strategy="prior"), list(product.contract.features))


def _sklearn(product: Product, estimator: Any, columns: list[str]) -> Scorer:
    def score(train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
        target = codes(train[product.target.name], product.target)
        features = (part[columns].fillna(np.nan) for part in (train, test))
        estimator.fit(next(features), target)
        return np.asarray(estimator.predict_proba(next(features)))[:, 1]

    return score


def main(
    product: Annotated[str, typer.Argument(help="A product of products/ whose pipeline has run.")] = "titanic",
    repeats: Annotated[int, typer.Option(help="How often the rows are cut anew.", min=1)] = 10,
    folds: Annotated[int, typer.Option(help="Parts of each cut.", min=2)] = 5,
    source: Annotated[Path | None, typer.Option(help="A CSV; else the product's own.")] = None,
) -> None:
    """Print accuracy and ROC AUC of our model, logistic regression and the majority class, mean and spread."""
    declared = load(product)
    rows, _ = table.read(source or Paths.of(product).raw, declared)
    target = codes(rows[declared.target.name], declared.target)
    models = {"product": ours(declared), "logistic": logistic(declared), "majority": majority(declared)}
    cuts = list(RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=0).split(rows, target))
    figures: dict[str, list[list[float]]] = {name: [] for name in models}
    with console.progress() as bar:
        for train, test in bar.track(cuts, description="cross-validation"):
            for name, score in models.items():
                given = score(rows.iloc[train], rows.iloc[test])
                figures[name].append([value(metric, target[test], given) for metric in METRICS])
    show = Table("model", *METRICS, box=None, pad_edge=False, title=f"{declared.name}: {repeats} x {folds} folds")
    for name, values in figures.items():
        mean, spread = np.mean(values, axis=0), np.std(values, axis=0, ddof=1)
        show.add_row(name, *(f"{m:.4f} +- {s:.4f}" for m, s in zip(mean, spread, strict=True)))
    Console(soft_wrap=True).print(show)


if __name__ == "__main__":
    typer.run(main)
