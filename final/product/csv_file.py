"""Plain CSV (UTF-8, commas) by Apache Arrow: a row that is cut off is an error, and text stays as it is written."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from product.errors import UserError

WORDS = pa.dictionary(pa.int32(), pa.string())  # each distinct text once, and 4 bytes a cell


class TableError(UserError):
    """A file that is no table at all; str() names the file and the reason."""


def header(path: Path) -> list[str]:
    """The names of the columns; raises TableError where there are none or one stands there twice."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = next(csv.reader(file), [])
    except FileNotFoundError:
        raise TableError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path}: not a table in CSV: {error}") from None
    if not any(names):
        raise TableError(f"{path}: not a table in CSV: it is empty; its first line must be the columns' names")
    distinct(names, str(path))
    return names


def distinct(names: list[str], where: str) -> None:
    """Raises TableError where a name stands there twice."""
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise TableError(f"{where}: the header has {', '.join(twice)} more than once; every column needs its own name")


def read(path: Path, columns: Iterable[str], numbers: Iterable[str]) -> pa.Table:
    """The columns as dictionaries of strings, and `numbers` as float64 where each of their cells is one.

    null where a cell is empty. Raises TableError.
    """
    wanted, types = list(columns), dict.fromkeys(numbers, pa.float64())
    while True:
        try:
            table = _read(path, wanted, types)
        except pa.ArrowInvalid as error:
            # a cell that is no number: one typed column less, found by name
            mistyped = next((name for name in types if _is_about(str(error), name, path)), None)
            if mistyped is None:
                raise TableError(f"{path}: not a table in CSV: {explained(path, error)}") from None
        except OSError as error:
            raise TableError(f"{path}: can't be read: {error}") from None
        else:
            # the word nan is no number
            mistyped = next((name for name in types if np.isnan(_filled(table[name])).any()), None)
            if mistyped is None:
                if (line := unterminated(path)) is not None:
                    raise TableError(f"{path}: not a table in CSV: the quote in line {line} is never closed")
                return table
        del types[mistyped]


def _read(path: Path, columns: list[str], types: dict[str, pa.DataType]) -> pa.Table:
    return arrow_csv.read_csv(
        path,
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=columns,
            column_types={name: types.get(name, WORDS) for name in columns},
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def _filled(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.fill_null(0.0).to_numpy())


def _is_about(message: str, name: str, path: Path) -> bool:
    return f"In CSV column #{header(path).index(name)}:" in message


def explained(path: Path, error: Exception) -> str:
    """The line that is not like the header, for Arrow says no lines."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, strict=True)
            width = len(next(rows))
            for row in rows:
                if row and len(row) != width:
                    return (
                        f"line {rows.line_num} has {len(row)} fields, the header has {width}: was the file cut off, "
                        "or is a comma in a field that is not quoted?"
                    )
    except (csv.Error, UnicodeDecodeError) as reason:
        return str(reason)
    return " ".join(str(error).split())


def unterminated(path: Path) -> int | None:
    """The line of a quote that is never closed, as in a file cut off inside a field."""
    with path.open("rb") as file:
        quotes = sum(block.count(b'"') for block in iter(lambda: file.read(1 << 20), b""))
    if quotes % 2 == 0:
        return None
    line = 0
    with path.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.reader(text, strict=True)
        try:
            for _ in rows:
                line = rows.line_num
        except csv.Error as error:
            return line + 1 if "unexpected end" in str(error) else None
    return None


def objects(column: pa.ChunkedArray, change: Callable[[str], str] = str) -> np.ndarray:
    """Strings as Python objects, one for each distinct value, None where missing; shape (n,).

    `change` is asked once for each distinct value.
    """
    coded = (column if column.type == WORDS else column.dictionary_encode()).unify_dictionaries().combine_chunks()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.chunk(0) if coded.num_chunks else pa.array([], pa.string()).dictionary_encode()
    distinct = np.empty(len(coded.dictionary) + 1, dtype=object)
    distinct[:-1] = [change(value) for value in coded.dictionary.to_pylist()]
    return np.asarray(distinct[coded.indices.fill_null(len(coded.dictionary)).to_numpy()])


def write(table: pa.Table, path: Path) -> None:
    """Beside and then renamed; the same table gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as file:
            arrow_csv.write_csv(table, file)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
