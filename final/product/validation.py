"""The contract as a pandera schema, and a table's breaches of it as findings a person can act on."""

from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from product.columns import Boolean, Category, Date, Feature, Integer, Number, Text
from product.declaration import Product, Target
from product.table import Finding, finding, is_number


def schema(product: Product) -> pa.DataFrameSchema:
    """The pandera schema of a table that `table.read` typed; each check's name is the reason it gives."""
    columns: dict[str, pa.Column] = {name: _column(feature) for name, feature in product.contract.features.items()}
    if product.id:
        columns[product.id] = pa.Column(None, unique=True)
    columns[product.target.name] = _column(_as_feature(product.target))
    return pa.DataFrameSchema(columns)


def check(table: pd.DataFrame, product: Product) -> list[Finding]:
    """Every breach of the contract in the table; empty where it is kept."""
    present = schema(product)
    mixed = [
        name for name in present.columns if name in table and is_number(product, name) and table[name].dtype == object
    ]
    found = [finding(name, "not a number", _no_numbers(table[name])) for name in mixed]
    present = present.remove_columns([name for name in present.columns if name in mixed or name not in table])
    try:
        present.validate(table, lazy=True, inplace=True)  # nothing is coerced, so nothing changes but the memory
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        found += [
            finding(str(column), _reason(str(check)), group.set_index("index")["failure_case"].sort_index())
            for (column, check), group in cases.groupby(["column", "check"], sort=False)
        ]
    return found


def _as_feature(target: Target) -> Feature:
    """The target keeps a contract like any column: its values, or its bounds, and it is never missing."""
    if target.task == "regression":
        return Number(type="number", min=target.min, max=target.max)
    return Category(type="category", values=target.values)


def _no_numbers(column: pd.Series) -> pd.Series:
    """The cells of a text column that hold something, but no number."""
    return column[pd.to_numeric(column, errors="coerce").isna() & column.notna()]


def _reason(check: str) -> str:
    return {
        "not_nullable": "missing value; fill it, or say nullable: true",
        "field_uniqueness": "value of the id occurs more than once",
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
            return [pa.Check(_is_day, error="not a day of the form YYYY-MM-DD")]
        case Text():
            longest = feature.max_length
            return [pa.Check(lambda column: column.str.len() <= longest, error=f"longer than {longest} characters")]


def _one_of(values: tuple[Any, ...]) -> pa.Check:
    written = [str(value) for value in values]
    return pa.Check.isin(written, error=f"not one of {', '.join(written)}")


def _is_day(column: pd.Series) -> pd.Series:
    # the pattern too, because pandas reads words such as "today"
    days = pd.to_datetime(column, format="%Y-%m-%d", errors="coerce")
    return days.notna() & column.str.fullmatch(r"\d{4}-\d{2}-\d{2}")
