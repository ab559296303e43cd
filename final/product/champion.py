"""The champion gate: both models on the same hold-out. Losing is no failure: the verdict passes, and says who stays."""

from pathlib import Path

import pandas as pd
from catboost import CatBoostError

from product.bootstrap import paired_confidence
from product.declaration import Product
from product.foreign import ForeignError
from product.gates import Gate
from product.metrics import value
from product.model import ProductModel
from product.outcome import codes

NAME, NOTHING = "champion: better", "none to beat"


def verdict(value: str, detail: str, threshold: str = NOTHING) -> Gate:
    return Gate(NAME, value, threshold, True, detail)


def compare(challenger: Path, champion: Path, holdout: pd.DataFrame, product: Product) -> tuple[bool, Gate]:
    """Whether the challenger wins by the paired bootstrap on the hold-out, and the verdict that says so.

    A champion that can't be asked any more (its file is unreadable, a column it needs is gone) loses.
    """
    try:
        old = ProductModel.load(champion)
    except (OSError, ValueError, CatBoostError, ForeignError) as error:
        return True, verdict("no contest", f"promoted: the champion can't be loaded ({type(error).__name__})")
    if lacking := [column for column in old.contract.features if column not in holdout]:
        return True, verdict("no contest", f"promoted: the champion needs {', '.join(lacking)}, gone from the table")
    if (old.contract.target.task, old.contract.target.values) != (product.target.task, product.target.values):
        return True, verdict("no contest", "promoted: the champion predicts another target")
    settings, name = product.gates.champion, product.champion_metric
    target = codes(holdout[product.target.name], product.target)
    before, after = old.scores(holdout), ProductModel.load(challenger).scores(holdout)
    sure = paired_confidence(name, target, after, before, settings.resamples)
    won = sure >= settings.confidence
    figures = f"{name} {value(name, target, after):.4f}, champion {value(name, target, before):.4f}"
    detail = f"{'promoted' if won else 'kept champion'}: {figures}, the bootstrap is {sure:.0%} sure it is better"
    return won, verdict(f"{sure:.2f} sure", detail, f">= {settings.confidence:.2f} wins")
