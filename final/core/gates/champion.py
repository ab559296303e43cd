"""The champion gate: both models on the same hold-out. A challenger that loses is not a failure: the verdict passes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from catboost import CatBoostError

from core.gates.gate import Gate
from core.metrics.bootstrap import paired_confidence
from core.metrics.classes import codes
from core.metrics.metrics import value
from core.metrics.weights import row_weights
from core.model.model import ProductModel
from core.model.sklearn_part import ForeignError
from core.spec.columns import Category, Date, Feature, Integer, Number, Text
from core.spec.contract import Contract
from core.spec.product import Product
from core.spec.target import Target

NAME, NOTHING = "champion: better", "none to beat"
UNLOADABLE = (OSError, ValueError, CatBoostError, ForeignError)  # what loading an artifact of other versions raises


def verdict(value: str, detail: str, threshold: str = NOTHING) -> Gate:
    return Gate(NAME, value, threshold, True, detail)


def compare(
    challenger: Path, champion: Path, holdout: pd.DataFrame, product: Product, replace: bool = False
) -> tuple[bool, Gate]:
    """Whether the challenger wins by the paired bootstrap on the hold-out, and the verdict.

    A model of another contract is another product to its clients: it never wins, but `replace` promotes it.
    A champion that cannot be loaded any more loses.
    """
    try:
        old = ProductModel.load(champion)
    except UNLOADABLE as error:
        return True, verdict("no contest", f"promoted: the champion cannot be loaded ({type(error).__name__})")
    if changes := contract_changes(old.contract, product.contract):
        return replace, _verdict_on_another_contract(changes, product.name, replace)
    settings, name = product.gates.champion, product.champion_metric
    target = codes(holdout[product.target.name], product.target)
    weights = row_weights(holdout, product.contract)
    new = ProductModel.load(challenger)
    before, after = old.scores(holdout), new.scores(holdout)
    if np.array_equal(before, after):
        if new.guarantee != old.guarantee:
            return True, verdict("another promise", f"promoted: the champion's predictions, {_promise(new)}")
        if new.rule != old.rule:
            return True, verdict("another rule", f"promoted: the champion's predictions, {_rule(new)}")
    confidence = paired_confidence(name, target, after, before, settings.resamples, weights=weights)
    won = confidence >= settings.confidence
    values = [value(name, target, scores, weights) for scores in (after, before)]
    figures = f"{name} {values[0]:.4f}, champion {values[1]:.4f}"
    decision = "promoted" if won else "kept champion"
    detail = f"{decision}: {figures}, better in {confidence:.0%} of the bootstrap's resamples"
    return won, verdict(f"{confidence:.2f} sure", detail, f">= {settings.confidence:.2f} wins")


def _promise(model: ProductModel) -> str:
    if model.guarantee is None:
        return "without sets or intervals"
    return f"with sets or intervals that promise {model.guarantee.coverage:g}"


def _rule(model: ProductModel) -> str:
    return "without decisions" if model.rule is None else f"decided from {model.rule.threshold:g} on"


def contract_changes(old: Contract, new: Contract) -> list[str]:
    """What is no longer the same for a client of the old contract; empty if rows and answers keep their form."""
    before, after = _prediction(old.target), _prediction(new.target)
    added = {name: feature for name, feature in new.features.items() if name not in old.features}
    retyped = {
        f"{name} as {feature.type}"
        for name, feature in new.features.items()
        if name in old.features and old.features[name].type != feature.type
    }
    kept = {str(value) for value in new.target.values}
    lost = [str(value) for value in old.target.values if str(value) not in kept]
    changes = {
        "it predicts": [f"{after} instead of {before}"] if before != after else [],
        "it no longer answers": lost if new.target.values else [],
        "clients must send": [*(name for name, feature in added.items() if not feature.nullable), *sorted(retyped)],
        "clients may send": [name for name, feature in added.items() if feature.nullable],
        "clients must not send": [name for name in old.features if name not in new.features],
        "clients may no longer send": [
            narrowed
            for name, feature in new.features.items()
            if name in old.features
            for narrowed in _narrowed(name, old.features[name], feature)
        ],
    }
    return [f"{change} {', '.join(names)}" for change, names in changes.items() if names]


def _narrowed(name: str, old: Feature, new: Feature) -> Iterator[str]:
    """What the old contract allows in a column and the new one of the same type does not."""
    if old.nullable and not new.nullable:
        yield f"{name} missing"
    if isinstance(old, Number | Integer) and isinstance(new, Number | Integer):
        if new.min is not None and (old.min is None or old.min < new.min):
            yield f"{name} below {new.min:,.15g}"
        if new.max is not None and (old.max is None or old.max > new.max):
            yield f"{name} above {new.max:,.15g}"
    elif isinstance(old, Category) and isinstance(new, Category):
        if lost := [str(value) for value in old.values if value not in new.values]:
            yield f"{name} {' or '.join(lost)}"
    elif isinstance(old, Date) and isinstance(new, Date) and old.time and not new.time:
        yield f"{name} with a time of day"
    elif isinstance(old, Text) and isinstance(new, Text) and old.max_length > new.max_length:
        yield f"{name} of more than {new.max_length:,} characters"


def _prediction(target: Target) -> str:
    if target.task == "regression":
        return f"{target.name} (regression)"
    classes = ", ".join(map(str, target.values))
    of = f"; probability of {target.positive}" if target.task == "binary" else ""
    return f"{target.name} ({target.task}: {classes}{of})"


def _verdict_on_another_contract(changes: list[str], product: str, replace: bool) -> Gate:
    if replace:
        detail = f"promoted by --replace, without a contest: GET /contract changed: {'; '.join(changes)}"
        return verdict("replaced", detail)
    remedy = f"if that is intended, bash final/pipeline.sh {product} --replace promotes it"
    detail = f"kept champion: the new model has another contract: {'; '.join(changes)}; {remedy}"
    return verdict("another contract", detail, "--replace")
