"""Cells of Arrow columns as Python objects, a few rows at a time."""

from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import types

from service.problems import Problem

AT_ONCE = 2000  # rows that are Python objects at a time
MOST_TEXT = 64 * 2**20  # bytes of text in one column of AT_ONCE rows
TOO_MUCH_TEXT = Problem(422, f"body: a column has more than {MOST_TEXT:,} bytes of text in {AT_ONCE:,} rows")


def cells(column: pa.Array) -> list[Any]:
    """The values of a few rows. Raises Problem (422) where they are too long to be looked at."""
    if types.is_dictionary(column.type):
        return _categories(column)
    if text_bytes(column) > MOST_TEXT:
        raise TOO_MUCH_TEXT
    if not types.is_temporal(column.type):
        return list(column.to_pylist())
    return [day(value) for value in column]


def _categories(column: pa.Array) -> list[Any]:
    """The values of a dictionary's indices; rows of one category share its value."""
    values: dict[int | None, Any] = {None: None}
    text = 0
    for index in column.indices.unique().drop_null().to_pylist():
        value = values[index] = day(column.dictionary[index])
        text += len(value) if isinstance(value, str) else 0
        if text > MOST_TEXT:
            raise TOO_MUCH_TEXT
    return [values[index] for index in column.indices.to_pylist()]


def text_bytes(column: pa.Array) -> int:
    """Bytes of the texts: of a view it is what the views say, since many can be of the same bytes."""
    if not types.is_string_view(column.type):
        return int(column.nbytes)
    views = np.frombuffer(column.buffers()[1], dtype="<i4").reshape(-1, 4)
    return int(views[column.offset : column.offset + len(column), 0].sum(dtype=np.int64))


def day(value: pa.Scalar) -> Any:
    """A date or a time; what Python's calendar does not have is left as a text, which is not a date."""
    try:
        return value.as_py()
    except (ValueError, OverflowError, KeyError):  # the last is of a time zone that is not known
        return "out of range"
