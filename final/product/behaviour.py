"""Behavioural checks run on the hold-out: rows are changed as product.yaml says, and the scores compared."""

import re
from typing import Any

import numpy as np
import pandas as pd

from product.checks import Direction, Invariance
from product.declaration import Product
from product.gates import Gate, limited
from product.model import ProductModel
from product.outcome import classes

ROWS = 2000  # at most so many are changed, drawn by a fixed seed


def measure(model: ProductModel, table: pd.DataFrame, product: Product) -> list[dict[str, Any]]:
    """For each check whose column the model's contract has: kind, column, rows judged, and the share that kept it."""
    drawn = np.sort(np.random.default_rng(0).permutation(len(table))[:ROWS])
    rows, checks = table.iloc[drawn].reset_index(drop=True), product.gates.checks
    before = model.scores(rows)
    found = []
    for column, one in checks.invariance.items():
        if column in product.contract.features:
            found.append(_row("invariance", column, _invariant(model, rows, before, column, one), one.share))
    for column, way in checks.direction.items():
        if column in product.contract.features:
            found.append(_row("direction", column, _directed(model, rows, before, column, way), way.share))
    return found


def _row(kind: str, column: str, kept: np.ndarray, wanted: float) -> dict[str, Any]:
    share = float(kept.mean()) if len(kept) else float("nan")
    return {"kind": kind, "column": column, "rows": len(kept), "share": share, "wanted": wanted}


def _invariant(
    model: ProductModel, rows: pd.DataFrame, before: np.ndarray, column: str, check: Invariance
) -> np.ndarray:
    """Whether each row keeps its score whatever is put in, shape (n,)."""
    if check.pattern is not None:
        find = re.compile(check.pattern)
        others = [rows[column].map(lambda cell, v=value: _replaced(find, cell, v)) for value in check.values]
    elif check.values:
        others = [pd.Series([_typed(rows[column], value)] * len(rows)) for value in check.values]
    else:
        others = [pd.Series(np.random.default_rng(1).permutation(rows[column].to_numpy()))]
    kept = np.ones(len(rows), dtype=bool)
    for other in others:
        moved = np.abs(model.scores(rows.assign(**{column: other})) - before).reshape(len(rows), -1).max(axis=1)
        kept &= moved <= check.tolerance + 1e-9
    return kept


def _replaced(find: re.Pattern[str], cell: Any, value: Any) -> Any:
    return find.sub(lambda _: str(value), cell, count=1) if isinstance(cell, str) else cell


def _typed(column: pd.Series, value: Any) -> Any:
    return float(value) if pd.api.types.is_numeric_dtype(column) else str(value)


def _directed(model: ProductModel, rows: pd.DataFrame, before: np.ndarray, column: str, check: Direction) -> np.ndarray:
    """Whether each row that has a value there moves as it should, shape (m,)."""
    there = rows[column].notna().to_numpy()
    changed = rows[there].assign(**{column: rows.loc[there, column] + check.add})
    after, was = model.scores(changed) if there.any() else before[:0], before[there]
    if after.ndim == 2:
        number = classes(model.contract.target).index(str(check.of))
        after, was = after[:, number], was[:, number]
    step = after - was if check.effect == "no lower" else was - after
    return np.asarray(step >= -(check.tolerance + 1e-9))


def gates(found: list[dict[str, Any]]) -> list[Gate]:
    """A verdict for each check; a check that no row was judged by does not pass."""
    remedies = {
        "invariance": "Other values there move the score: take the column out of the model, or allow a tolerance",
        "direction": "The model learnt the opposite in more rows than allowed: look at that column in the report",
    }
    return [
        limited(
            f"behaviour: {one['kind']} of {one['column']}",
            one["share"],
            one["wanted"],
            None,
            f"{remedies[one['kind']]} ({one['rows']} rows judged)",
        )
        for one in found
    ]
