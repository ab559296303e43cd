"""Tables in and out: a CSV as columns of the contract's types, and the split by hash of id."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from product.columns import Boolean, Integer, Number
from product.declaration import Product
from product.errors import UserError
from product.time_split import by_time

TRUE, FALSE = {"true", "yes", "1"}, {"false", "no", "0"}


class TableError(UserError):
    """A file that is no table at all; str() names the file and the reason."""


@dataclass(frozen=True)
class Finding:
    """One breach of the contract. `rows` are lines of the file, the header being line 1."""

    column: str
    reason: str
    rows: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()
    count: int = 0

    def __str__(self) -> str:
        where = f" in {self.count} row{'s' if self.count != 1 else ''}" if self.count else ""
        shown = ", ".join(f"line {row}: {example}" for row, example in zip(self.rows, self.examples, strict=True))
        return f"{self.column}: {self.reason}{where}{f' ({shown})' if shown else ''}"


def finding(column: str, reason: str, wrong: pd.Series, most: int = 3) -> Finding:
    """A finding about the values of `wrong`, a part of a column still carrying its row numbers (from 0)."""
    first = wrong.head(most)
    return Finding(
        column,
        reason,
        tuple(int(row) + 2 for row in first.index),
        tuple(repr(value) for value in first),
        len(wrong),
    )


def read(path: Path, product: Product) -> tuple[pd.DataFrame, list[Finding]]:
    """The table (n rows) with the id, the used features and the target, typed; and what is wrong with the header.

    number and integer -> float64 (NaN = missing), unless a cell is no number: then the column stays text, for
    `validation.check` to find; all else -> str (None = missing), as written in the file. An empty cell is a missing
    value, and nothing else is. Raises TableError.
    """
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], on_bad_lines="error")
    except FileNotFoundError:
        raise TableError(f"{path}: no such file") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, OSError) as error:
        raise TableError(f"{path}: not a table in CSV: {' '.join(str(error).split())}") from None
    wanted = columns(product)
    findings = [
        Finding(name, f"column is missing; the file has {', '.join(raw.columns)}") for name in wanted if name not in raw
    ]
    known = {*wanted, *product.features, *product.ignore}
    findings += [
        Finding(name, "column is not declared: add it under features, or to ignore")
        for name in raw.columns
        if name not in known
    ]
    table = raw[[name for name in wanted if name in raw]].astype(object).where(lambda t: t.notna(), None)
    for name, feature in product.contract.features.items():
        if name not in table:
            continue
        if isinstance(feature, Number | Integer):
            table[name] = _numbers(table[name])
        elif isinstance(feature, Boolean):
            lower = table[name].str.lower()
            table[name] = lower.map(lambda v: "true" if v in TRUE else "false" if v in FALSE else v, na_action="ignore")
    if product.target.task == "regression" and product.target.name in table:
        table[product.target.name] = _numbers(table[product.target.name])
    return table, findings


def _numbers(column: pd.Series) -> pd.Series:
    """The column as float64, or as it is where a cell holds something that is no number."""
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    return column if (numbers.isna() & column.notna()).any() else numbers


def columns(product: Product) -> list[str]:
    """The columns that a training table must have: id, used features, target."""
    return [*filter(None, [product.id]), *product.contract.features, product.target.name]


def write(table: pd.DataFrame, path: Path) -> None:
    """CSV, beside and then renamed; the same table gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    table.to_csv(beside, index=False, lineterminator="\n")
    beside.replace(path)


def hash_share(keys: Iterable[str], seed: int) -> np.ndarray:
    """A number in [0, 1) for each key, from blake2b of seed and key: the same for ever, on any machine."""
    digests = (hashlib.blake2b(f"{seed}:{key}".encode(), digest_size=8).digest() for key in keys)
    # 53 bits are what a float holds exactly, so the share is never rounded up to 1
    return np.array([int.from_bytes(digest, "big") >> 11 for digest in digests]) / 2.0**53


def row_keys(table: pd.DataFrame, product: Product) -> list[str]:
    """What the split hashes: the id where there is one, else the whole row, so that equal rows stay together."""
    if product.id:
        return [str(key) for key in table[product.id]]
    return ["\x1f".join(map(str, row)) for row in table.itertuples(index=False)]


def split(table: pd.DataFrame, product: Product) -> dict[str, pd.DataFrame]:
    """train, validation and holdout, disjoint and together the whole table, rows in the file's order."""
    if product.split.by is not None:
        return by_time(table, product)
    share = hash_share(row_keys(table, product), product.split.seed)
    in_holdout = share < product.split.holdout
    # the rest of the interval is cut again, so that one share does not move the other's border
    in_validation = ~in_holdout & (
        share < product.split.holdout + product.split.validation * (1 - product.split.holdout)
    )
    return {
        "train": table[~in_holdout & ~in_validation],
        "validation": table[in_validation],
        "holdout": table[in_holdout],
    }
