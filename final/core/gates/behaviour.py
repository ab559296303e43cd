"""Behavioural checks on the hold-out: rows are changed as product.yaml declares, and the scores compared."""

import re
from typing import Any

import numpy as np
import pandas as pd

from core.gates.gate import Gate, limited
from core.metrics.classes import classes
from core.model.model import ProductModel
from core.spec.behaviour import Direction, Invariance
from core.spec.product import Product

ROWS = 2000  # changed at most, drawn by a fixed seed


def measure(model: ProductModel, table: pd.DataFrame, product: Product) -> list[dict[str, Any]]:
    """For each check whose column the contract has: kind, column, rows judged, and the share of them that passed."""
    drawn = np.sort(np.random.default_rng(0).permutation(len(table))[:ROWS])
    rows = table.iloc[drawn].reset_index(drop=True)
    before = model.scores(rows)
    checks = product.gates.checks
    results = []
    for column, invariance in checks.invariance.items():
        if column in product.contract.features:
            passed = _invariant(model, rows, before, column, invariance)
            results.append(_result("invariance", column, passed, invariance.share))
    for column, direction in checks.direction.items():
        if column in product.contract.features:
            passed = _directed(model, rows, before, column, direction)
            results.append(_result("direction", column, passed, direction.share))
    return results


def _result(kind: str, column: str, passed: np.ndarray, least: float) -> dict[str, Any]:
    share = float(passed.mean()) if len(passed) else float("nan")
    return {"kind": kind, "column": column, "rows": len(passed), "share": share, "wanted": least}


def _invariant(
    model: ProductModel, rows: pd.DataFrame, before: np.ndarray, column: str, check: Invariance
) -> np.ndarray:
    """Whether each row keeps its score with every other value, shape (n,)."""
    if check.pattern is not None:
        pattern = re.compile(check.pattern)
        others = [pd.Series([_replaced(pattern, cell, value) for cell in rows[column]]) for value in check.values]
    elif check.values:
        others = [pd.Series([_typed(rows[column], value)] * len(rows)) for value in check.values]
    else:
        others = [pd.Series(np.random.default_rng(1).permutation(rows[column].to_numpy()))]
    kept = np.ones(len(rows), dtype=bool)
    for other in others:
        moved = np.abs(model.scores(rows.assign(**{column: other})) - before).reshape(len(rows), -1).max(axis=1)
        kept &= moved <= check.tolerance + 1e-9
    return kept


def _replaced(pattern: re.Pattern[str], cell: Any, value: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    return pattern.sub(lambda _: str(value), cell, count=1)


def _typed(column: pd.Series, value: Any) -> Any:
    return float(value) if pd.api.types.is_numeric_dtype(column) else str(value)


def _directed(model: ProductModel, rows: pd.DataFrame, before: np.ndarray, column: str, check: Direction) -> np.ndarray:
    """Whether the score of each row with a value moves in the declared direction, shape (m,)."""
    present = rows[column].notna().to_numpy()
    if not present.any():
        return np.array([], dtype=bool)
    changed = rows[present].assign(**{column: rows.loc[present, column] + check.add})
    step = model.scores(changed) - before[present]
    if step.ndim == 2:
        step = step[:, classes(model.contract.target).index(str(check.of))]
    if check.effect == "no higher":
        step = -step
    return np.asarray(step >= -(check.tolerance + 1e-9))


def gates(results: list[dict[str, Any]]) -> list[Gate]:
    """A verdict for each check; a check without rows does not pass."""
    remedies = {
        "invariance": "Other values move the score: remove the column from the model, or allow a tolerance",
        "direction": "The model learnt the opposite in more rows than allowed: see the column under Features",
    }
    return [
        limited(
            f"behaviour: {result['kind']} of {result['column']}",
            result["share"],
            result["wanted"],
            None,
            f"{remedies[result['kind']]} ({result['rows']} rows judged)",
        )
        for result in results
    ]
