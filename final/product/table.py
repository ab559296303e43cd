"""Tables in and out: a CSV as columns of the contract's types, and the split by hash of id."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from product import csv_file
from product.columns import Boolean, Integer, Number
from product.csv_file import TableError as TableError
from product.declaration import Product
from product.time_split import by_time

TRUE, FALSE = {"true", "yes", "1"}, {"false", "no", "0"}


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

    number, integer and a regression's target -> float64 (NaN = missing), unless a cell is no number: then the column
    stays text, for `validation.check` to find; all else -> str (None = missing), as written in the file. An empty cell
    is a missing value, and nothing else is. Raises TableError.
    """
    names = csv_file.header(path)
    wanted = columns(product)
    findings = [
        Finding(name, f"column is missing; the file has {', '.join(names)}") for name in wanted if name not in names
    ]
    known = {*wanted, *product.features, *product.ignore}
    findings += [
        Finding(name, "column is not declared: add it under features, or to ignore")
        for name in names
        if name not in known
    ]
    present = [name for name in wanted if name in names]
    numbers = [name for name in present if is_number(product, name)]
    arrow = csv_file.read(path, present, numbers)
    table: dict[str, Any] = {}
    for name in present:
        column = arrow[name]
        arrow = arrow.drop_columns([name])  # so that its memory is free before the next one is converted
        if pa.types.is_floating(column.type):
            table[name] = column.to_numpy()
        elif isinstance(product.contract.features.get(name), Boolean):
            table[name] = pd.Series(csv_file.objects(column, _truth), dtype=object)
        else:
            table[name] = pd.Series(csv_file.objects(column), dtype=object)
    pa.default_memory_pool().release_unused()
    return pd.DataFrame(table, copy=False), findings


def is_number(product: Product, name: str) -> bool:
    if name == product.target.name:
        return product.target.task == "regression"
    return isinstance(product.contract.features.get(name), Number | Integer)


def _truth(text: str) -> str:
    lower = text.lower()
    return "true" if lower in TRUE else "false" if lower in FALSE else lower


def columns(product: Product) -> list[str]:
    """The columns that a training table must have: id, used features, target."""
    return [*filter(None, [product.id]), *product.contract.features, product.target.name]


def write(table: pd.DataFrame, path: Path) -> None:
    """CSV, beside and then renamed; the same table gives the same bytes."""
    csv_file.write(pa.Table.from_pandas(table, preserve_index=False), path)


def hash_share(keys: Iterable[str], seed: int) -> np.ndarray:
    """A number in [0, 1) for each key, from blake2b of seed and key: the same for ever, on any machine."""
    start = hashlib.blake2b(f"{seed}:".encode(), digest_size=8)
    digests = bytearray()
    for key in keys:
        digest = start.copy()
        digest.update(key.encode())
        digests += digest.digest()
    # 53 bits are what a float holds exactly, so the share is never rounded up to 1
    return (np.frombuffer(bytes(digests), dtype=">u8") >> np.uint64(11)) / 2.0**53


def row_keys(table: pd.DataFrame, product: Product) -> list[str]:
    """What the split hashes: the id where there is one, else a hash of the whole row, so that equal rows stay together.

    Shape (n,). Two different rows have one key by chance once in 10^19 pairs.
    """
    if product.id:
        return [str(key) for key in table[product.id]]
    return [f"{key:x}" for key in row_hash(table).tolist()]


def row_hash(table: pd.DataFrame) -> np.ndarray:
    """64 bits of each row's values, shape (n,), the same for ever: no library's own hash is in it.

    The columns' hashes are folded by a multiplication, so that the order of columns matters.
    """
    folded = np.zeros(len(table), dtype=np.uint64)
    for name in table:
        folded = _mixed(folded * np.uint64(0x100000001B3) + _column_hash(table[name]))
    return folded


def _column_hash(column: pd.Series) -> np.ndarray:
    """Numbers by their bits, text by blake2b of each distinct value; 0 where missing."""
    if column.dtype.kind == "f":
        values = column.to_numpy(dtype=np.float64) + 0.0  # -0 and 0 are one number
        return np.where(np.isnan(values), np.uint64(0), _mixed(values.view(np.uint64)))
    codes, distinct = pd.factorize(column)
    digests = b"".join(hashlib.blake2b(str(value).encode(), digest_size=8).digest() for value in distinct)
    return np.append(np.frombuffer(digests, dtype="<u8"), np.uint64(0))[codes]


def _mixed(bits: np.ndarray) -> np.ndarray:
    """The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every bit of the input moves every bit out."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))


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
