"""Gates on the table: contract, rows per class, duplicates, leakage; the table is an argument, so they serve any."""

import math
import shlex
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from product import single_feature
from product.columns import parts
from product.declaration import Product
from product.features import FeatureMaker
from product.gates import Gate
from product.table import Finding, row_hash
from product.validation import check

ROWS = 50_000  # enough to find a leak in


def contract(findings: Iterable[Finding]) -> Gate:
    broken = list(findings)
    return Gate("data: contract", f"{len(broken)} breaches", "none", not broken, "\n  ".join(["", *map(str, broken)]))


def rows_per_class(table: pd.DataFrame, product: Product) -> Gate:
    """Every class of the target has enough rows to learn and to test on; a regression's table has as a whole."""
    wanted = product.gates.data.min_rows_per_class
    if product.target.task == "regression":
        rows = len(table)
        return Gate("data: rows", str(rows), f">= {wanted}", rows >= wanted, "The table is too small: get more rows")
    counts = table[product.target.name].value_counts()
    each = {str(value): int(counts.get(str(value), 0)) for value in product.target.values}
    least = min(each, key=lambda v: each[v])
    detail = f"{product.target.name}={least} is rare: get more rows of it, or lower gates.data.min_rows_per_class"
    return Gate("data: rows per class", str(each[least]), f">= {wanted}", each[least] >= wanted, detail)


def duplicates(table: pd.DataFrame, product: Product) -> Gate:
    """Pairs of rows equal in all but the id, beyond what chance explains.

    In a narrow table people share class, sex and age by chance; in a wide one nobody does. So the pairs found are
    compared with those expected of independent columns, n(n-1)/2 x prod_c sum_v p_cv^2, times 10 for the dependence
    between columns that the product ignores. Without an id the split is by the row itself, so that equal rows are on
    one side and can't make the test easier: then up to a twentieth of the rows may be copies, but not a whole table.
    """
    rest = table.drop(columns=[product.id] if product.id else [])
    sizes, again = _counted(row_hash(rest))
    found = int((sizes * (sizes - 1) // 2).sum())
    n = len(table)
    same = math.prod(float((rest[c].value_counts(dropna=False) / n).pow(2).sum()) for c in rest) if n else 0.0
    allowed = int(10 * same * n * (n - 1) / 2) + product.gates.data.unexplained_duplicates
    if product.id is None:
        allowed += n // 20
    lines = ", ".join(str(row + 2) for row in np.flatnonzero(again)[:5])
    why = "or they come to stand on both sides of the split" if product.id else "for the table counts them as news"
    detail = (
        f"Lines {lines} of the file stand there twice; remove them, {why}. Where they are meant, say "
        f"gates.data.unexplained_duplicates: {found}"
    )
    return Gate(
        "data: duplicates",
        f"{found} pairs",
        f"<= {allowed}",
        found <= allowed,
        detail if found > allowed else "",
    )


def leakage(table: pd.DataFrame, product: Product) -> Gate:
    """No feature alone predicts the target too well: that is a copy of the answer, known only afterwards.

    Features of the table and those derived from them are judged by `single_feature.powers` on at most ROWS rows. The
    date that rows are split by is none of them: it is known beforehand, and whatever grows with time goes with it.
    """
    if len(table) > ROWS:
        table = table.sample(ROWS, random_state=0)
    declared: dict[str, Any] = {name: table[name].to_numpy() for name in product.contract.features}
    derived = {k: v for k, v in FeatureMaker(product.contract)(declared).items() if k not in declared}
    judged = {k: v for k, v in {**declared, **derived}.items() if k not in _time(product)}
    found = single_feature.powers(judged, table[product.target.name], product.target.task)
    if not found:
        return Gate("data: leakage", "no feature but time", "none", True)
    limit = product.gates.data.leakage
    worst = max(found, key=lambda name: found[name])
    clear = found[worst] < limit
    more = [name for name in sorted(found, key=lambda name: -found[name]) if found[name] >= limit and name in declared]
    others = f" (and so {'does' if len(more) == 2 else 'do'} {', '.join(more[1:6])})" if len(more) > 1 else ""
    detail = (
        f"{worst} alone tells the target{others}, so it is a copy of it or known only afterwards: move it to ignore in "
        f"product.yaml, or draft with {' '.join(f'--ignore {shlex.quote(name)}' for name in more or [worst])}. What is "
        "known beforehand and no copy, as where all grows with time, is let through by gates.data.leakage: 1"
    )
    return Gate("data: leakage", f"{worst} {found[worst]:.3f}", f"< {limit:.3f}", clear, "" if clear else detail)


def _time(product: Product) -> list[str]:
    """The date that rows are split by, and what is made of it."""
    by = product.split.by
    return [] if by is None else [by, *parts(by, product.features[by])]


def _counted(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How often each distinct key occurs, and for each row whether its key stood there before."""
    _, first, sizes = np.unique(keys, return_index=True, return_counts=True)
    again = np.ones(len(keys), dtype=bool)
    again[first] = False
    return sizes, again


def all_gates(table: pd.DataFrame, findings: list[Finding], product: Product) -> list[Gate]:
    """Every data gate, the cheap ones first; where the contract is broken the others would only guess."""
    first = contract([*findings, *check(table, product)])
    if not first.passed:
        return [first]
    gates = [first, rows_per_class(table, product)]
    if not gates[-1].passed:
        return gates
    return [*gates, duplicates(table, product), leakage(table, product)]
