"""The champion gate: both models on the same hold-out. Losing is no failure: the verdict passes, and says who stays."""

from pathlib import Path

import pandas as pd
from catboost import CatBoostError

from product.declaration import Product
from product.evaluation import METRICS, paired_confidence
from product.gates import Gate
from product.model import ProductModel, is_positive

NAME, NOTHING = "champion: better", "none to beat"


def verdict(value: str, detail: str, threshold: str = NOTHING) -> Gate:
    return Gate(NAME, value, threshold, True, detail)


def compare(challenger: Path, champion: Path, holdout: pd.DataFrame, product: Product) -> tuple[bool, Gate]:
    """Whether the challenger wins by the paired bootstrap on the hold-out, and the verdict that says so.

    A champion that can't be asked any more (its file is unreadable, a column it needs is gone) loses.
    """
    try:
        old = ProductModel.load(champion)
    except (OSError, ValueError, CatBoostError) as error:
        return True, verdict("no contest", f"promoted: the champion can't be loaded ({type(error).__name__})")
    if lacking := [column for column in old.contract.features if column not in holdout]:
        return True, verdict("no contest", f"promoted: the champion needs {', '.join(lacking)}, gone from the table")
    settings = product.gates.champion
    metric = METRICS[settings.metric]
    target = is_positive(holdout[product.target.name], product.target)
    before, after = old.predict_proba(holdout), ProductModel.load(challenger).predict_proba(holdout)
    sure = paired_confidence(metric, target, after, before, settings.resamples)
    won = sure >= settings.confidence
    figures = f"{settings.metric} {metric(target, after):.4f}, champion {metric(target, before):.4f}"
    detail = f"{'promoted' if won else 'kept champion'}: {figures}, the bootstrap is {sure:.0%} sure it is better"
    return won, verdict(f"{sure:.2f} sure", detail, f">= {settings.confidence:.2f} wins")
