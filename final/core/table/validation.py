"""The contract as a pandera schema, and a table's breaches of it as findings that a person can act on."""

from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from core.spec.columns import Boolean, Category, Date, Feature, Integer, Number, Text
from core.spec.product import Product
from core.spec.target import Target
from core.table.finding import Finding, LineOf, finding, line_below_header
from core.table.typed import is_number

MOST_WEIGHT = 1e15  # metrics multiply two of them


def schema(product: Product) -> pa.DataFrameSchema:
    """The pandera schema of a table from `typed.read`; the name of each check is the reason it gives."""
    columns: dict[str, pa.Column] = {name: _column(feature) for name, feature in product.contract.features.items()}
    if product.id:
        columns[product.id] = pa.Column(None, unique=True)
    if product.weight:
        present = pa.Check(lambda cells: cells.notna(), ignore_na=False, error="missing weight; 0 leaves a row out")
        columns[product.weight] = pa.Column(
            None, [*_checks(Number(type="number", min=0, max=MOST_WEIGHT)), present], nullable=True
        )
    columns[product.target.name] = _column(_as_feature(product.target))
    return pa.DataFrameSchema(columns)


def check(table: pd.DataFrame, product: Product, line_of: LineOf = line_below_header) -> list[Finding]:
    """Every breach of the contract in the table; empty if there is none."""
    declared = schema(product)
    present = [name for name in declared.columns if name in table]
    untyped = [name for name in present if is_number(product, name) and table[name].dtype == object]
    findings = [finding(name, "not a number", _not_numbers(table[name]), line_of=line_of) for name in untyped]
    checked = declared.remove_columns([name for name in declared.columns if name in untyped or name not in present])
    try:
        checked.validate(table, lazy=True, inplace=True)  # in place only saves memory: no check changes a value
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        findings += [
            finding(
                str(column), _reason(str(check)), group.set_index("index")["failure_case"].sort_index(), line_of=line_of
            )
            for (column, check), group in cases.groupby(["column", "check"], sort=False)
        ]
    if product.weight and product.weight in present and len(table) and (table[product.weight] == 0).all():
        findings.append(Finding(product.weight, "0 in every row; a row with the weight 0 does not count"))
    return findings


def _as_feature(target: Target) -> Feature:
    """The target as a column: with its values or its bounds, and never missing."""
    if target.task == "regression":
        return Number(type="number", min=target.min, max=target.max)
    return Category(type="category", values=target.values)


def _not_numbers(column: pd.Series) -> pd.Series:
    """The cells of a text column that are neither empty nor a number."""
    return column[pd.to_numeric(column, errors="coerce").isna() & column.notna()]


def _reason(check: str) -> str:
    return {
        "not_nullable": "missing value; fill it, or declare nullable: true",
        "field_uniqueness": "value of the id occurs more than once (if it names whose row it is: split.group)",
    }.get(check, check)


def _column(feature: Feature) -> pa.Column:
    return pa.Column(None, _checks(feature), nullable=feature.nullable)


def _checks(feature: Feature) -> list[pa.Check]:
    match feature:
        case Number() | Integer():
            checks = [pa.Check(np.isfinite, error="not a finite number")]
            if feature.min is not None:
                checks.append(pa.Check.ge(feature.min, error=f"less than the minimum {feature.min:g}"))
            if feature.max is not None:
                checks.append(pa.Check.le(feature.max, error=f"more than the maximum {feature.max:g}"))
            if isinstance(feature, Integer):
                checks.append(pa.Check(lambda column: column % 1 == 0, error="not a whole number"))
            return checks
        case Category():
            return [_one_of(feature.values)]
        case Boolean():
            return [pa.Check.isin(["true", "false"], error="not one of true/false, yes/no, 1/0")]
        case Date():
            if feature.time:
                return [pa.Check(_is_moment, error="not a time of the form YYYY-MM-DDTHH:MM:SS")]
            return [pa.Check(_is_day, error="not a day of the form YYYY-MM-DD")]
        case Text():
            longest = feature.max_length
            return [pa.Check(lambda column: column.str.len() <= longest, error=f"longer than {longest} characters")]


def _one_of(values: tuple[Any, ...]) -> pa.Check:
    written = [str(value) for value in values]
    return pa.Check.isin(written, error=f"not one of {', '.join(written)}")


def _is_day(column: pd.Series) -> pd.Series:
    # the pattern as well, because pandas reads words such as "today"
    days = pd.to_datetime(column, format="%Y-%m-%d", errors="coerce")
    return days.notna() & column.str.fullmatch(r"\d{4}-\d{2}-\d{2}")


def _is_moment(column: pd.Series) -> pd.Series:
    times = pd.to_datetime(column, format="%Y-%m-%dT%H:%M:%S", errors="coerce")
    return times.notna() & column.str.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
