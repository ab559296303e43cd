"""Plain CSV (UTF-8, commas) read by Apache Arrow: a truncated row is an error, and text stays as it is written."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from core.base.errors import TableError
from core.base.files import replacing
from core.table.header import bad_line

WORDS = pa.dictionary(pa.int32(), pa.string())  # each distinct text once, and 4 bytes a cell


def read(path: Path, columns: Iterable[str], numbers: Iterable[str]) -> pa.Table:
    """The columns as dictionaries of strings, and those of `numbers` as float64 if every cell is a number.

    An empty cell is null. Raises TableError.
    """
    names, numeric = list(columns), list(numbers)
    try:
        try:
            table = _read(path, names, numeric)
        except pa.ArrowInvalid:  # not a table, or a column of numbers has text
            table = _with_numbers(_read(path, names, []), numeric)
        else:
            # Arrow reads the word nan as a number; such a column is read again as text
            if words := [name for name in numeric if _has_nan(table[name])]:
                table = _read(path, names, [name for name in numeric if name not in words])
    except pa.ArrowInvalid as error:
        raise TableError(f"{path}: not a table in CSV: {_explain(path) or ' '.join(str(error).split())}") from None
    except OSError as error:
        raise TableError(f"{path}: cannot be read: {error}") from None
    if _has_odd_quotes(path) and (reason := _explain(path)):
        raise TableError(f"{path}: not a table in CSV: {reason}")
    return table


def _read(path: Path, names: Sequence[str], numbers: Sequence[str]) -> pa.Table:
    return arrow_csv.read_csv(
        path,
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=names,
            column_types={name: pa.float64() if name in numbers else WORDS for name in names},
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def _with_numbers(table: pa.Table, numbers: Sequence[str]) -> pa.Table:
    """The table with those columns as float64 in which every cell is a number."""
    for name in numbers:
        try:
            column = pc.utf8_trim_whitespace(table[name].cast(pa.string())).cast(pa.float64())
        except pa.ArrowInvalid:
            continue
        if not _has_nan(column):
            table = table.set_column(table.column_names.index(name), name, column)
    return table


def _has_nan(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.is_nan(column)).as_py())


def _explain(path: Path) -> str | None:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return bad_line(file)
    except UnicodeDecodeError as error:
        return str(error)


def _has_odd_quotes(path: Path) -> bool:
    """Whether a quote has no partner, as in a file that was cut off inside a field."""
    with path.open("rb") as file:
        return sum(block.count(b'"') for block in iter(lambda: file.read(1 << 20), b"")) % 2 == 1


def objects(column: pa.ChunkedArray, change: Callable[[str], str] = str) -> np.ndarray:
    """Strings as Python objects, one for each distinct value, None if missing; shape (n,).

    `change` is called once for each distinct value.
    """
    words = column if column.type == WORDS else column.dictionary_encode()
    coded = words.unify_dictionaries().combine_chunks()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.chunk(0) if coded.num_chunks else pa.array([], pa.string()).dictionary_encode()
    distinct = np.empty(len(coded.dictionary) + 1, dtype=object)
    distinct[:-1] = [change(value) for value in coded.dictionary.to_pylist()]
    return np.asarray(distinct[coded.indices.fill_null(len(coded.dictionary)).to_numpy()])


def write(table: pa.Table, path: Path) -> None:
    """Write atomically; the same table gives the same bytes."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        arrow_csv.write_csv(table, file)
