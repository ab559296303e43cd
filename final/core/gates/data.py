"""Gates on a table: contract, rows per class, duplicates, leakage, and a floor that can be reached."""

import math
from collections.abc import Iterable

import pandas as pd

from core.gates.gate import Gate, limited
from core.gates.leakage import leakage
from core.spec.product import Product
from core.table.disagreement import disagreement
from core.table.duplicates import copies, pairs, pairs_by_chance
from core.table.finding import Finding, LineOf, line_below_header
from core.table.typed import counted, without_weight
from core.table.validation import check


def contract(findings: Iterable[Finding]) -> Gate:
    breaches = list(findings)
    value = "1 breach" if len(breaches) == 1 else f"{len(breaches)} breaches"
    return Gate("data: contract", value, "none", not breaches, "\n  ".join(["", *map(str, breaches)]))


def rows_per_class(table: pd.DataFrame, product: Product) -> Gate:
    """Every class of the target has enough rows to learn and to test; for a regression, the whole table has.

    Rows whose weight is 0 are not among them.
    """
    least = product.gates.data.min_rows_per_class
    table = counted(table, product)
    if product.target.task == "regression":
        rows = len(table)
        return Gate("data: rows", str(rows), f">= {least}", rows >= least, "The table is too small: get more rows")
    counts = table[product.target.name].value_counts()
    rows_of = {str(value): int(counts.get(str(value), 0)) for value in product.target.values}
    rarest = min(rows_of, key=lambda value: rows_of[value])
    rows = rows_of[rarest]
    detail = f"{product.target.name}={rarest} is rare: get more rows of it, or lower gates.data.min_rows_per_class"
    return Gate("data: rows per class", str(rows), f">= {least}", rows >= least, detail)


def duplicates(table: pd.DataFrame, product: Product, line_of: LineOf = line_below_header) -> Gate:
    """Pairs of rows equal in all but id and weight, beyond the number that chance explains; or the declared share.

    In a narrow table people share class, sex and age by chance; in a wide one nobody does. So the number of pairs is
    compared with `pairs_by_chance`. Without an id the split hashes the whole row, or its group, so that equal rows are
    on one side and cannot make the test easier: then up to a twentieth of the rows may be copies, but not a whole
    table.
    """
    rest = without_weight(table.drop(columns=[product.id] if product.id else []), product)
    repeated = copies(rest)
    lines = [line_of(int(row)) for row in repeated[:5]]
    limit = product.gates.data.repeated_rows
    if limit is not None:
        share = len(repeated) / max(1, len(table))
        passed = share <= limit
        remedy = "" if passed else _remedy(lines, f"repeated_rows: {math.ceil(share * 1000) / 1000:g}", product)
        return Gate("data: duplicates", f"{share:.3f} of the rows", f"<= {limit:.3f}", passed, remedy)
    count = pairs(rest)
    allowed = pairs_by_chance(rest) + product.gates.data.unexplained_duplicates
    if _keeps_copies_together(product):
        allowed += len(table) // 20
    passed = count <= allowed
    remedy = "" if passed else _remedy(lines, f"unexplained_duplicates: {count}", product)
    return Gate("data: duplicates", f"{count} pairs", f"<= {allowed}", passed, remedy)


def attainable(table: pd.DataFrame, product: Product) -> list[Gate]:
    """The floor is one that a model can reach; only accuracy and r2 have such a bound."""
    floor = product.gates.floor
    if floor is None or product.metric not in ("accuracy", "r2"):
        return []
    outcome = disagreement(table, product.contract)
    detail = (
        f"{outcome.rows:,} of {len(table):,} rows have the features of another row and another {product.target.name}, "
        "so no model can do better: add a column that tells them apart, or lower gates.floor"
    )
    return [limited(f"data: attainable {product.metric}", outcome.attainable, floor, None, detail)]


def _keeps_copies_together(product: Product) -> bool:
    """Whether equal rows are on one side of the split."""
    split = product.split
    return product.id is None or split.group is not None or split.by is not None


def _remedy(lines: list[int], setting: str, product: Product) -> str:
    are_together = _keeps_copies_together(product)
    reason = "they add no information" if are_together else "equal rows would be on both sides of the split"
    return (
        f"Lines {', '.join(map(str, lines))} of the file repeat earlier lines; remove them, since {reason}. "
        f"If they are intended, set gates.data.{setting}"
    )


def all_gates(
    table: pd.DataFrame, findings: list[Finding], product: Product, line_of: LineOf = line_below_header
) -> list[Gate]:
    """Every data gate, the cheap ones first; if the contract is broken the others are not judged."""
    first = contract([*findings, *check(table, product, line_of)])
    if not first.passed:
        return [first]
    gates = [first, rows_per_class(table, product)]
    if not gates[-1].passed:
        return gates
    return [*gates, duplicates(table, product, line_of), leakage(table, product), *attainable(table, product)]
