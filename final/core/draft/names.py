"""The names of a table's columns: those that options give are there, and none shows that the table is read wrong."""

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from core.base.errors import UserError


def refuse_other_marks(names: Collection[str], target: str, table: str) -> None:
    """Raises UserError if the names show that cells are quoted or separated in a way that is not read."""
    quoted = next((name for name in names if name.startswith("'")), None)
    if quoted is not None and any(name.endswith("'") for name in names):
        raise UserError(
            f'{table}: its cells are quoted by apostrophes, as {quoted} in the header: write " for them, for example '
            'with pandas.read_csv(..., quotechar="\'").to_csv(...)'
        )
    if len(names) == 1 and target not in names:
        raise UserError(
            f"{table}: has one column, {next(iter(names))!r}: if another sign than , ; | or a tab is between its "
            "cells, name it by --delimiter; columns that are aligned by spaces have to be written as CSV first"
        )


def refuse_unknown_columns(columns: Collection[str], options: Mapping[str, Iterable[str]], table: str) -> None:
    """Raises UserError if an option names a column that the table does not have."""
    for option, names in options.items():
        for name in names:
            if name in columns:
                continue
            nearest = _nearest(name, columns)
            hint = f"did you mean {nearest}?" if nearest else f"its columns are {', '.join(list(columns)[:30])}"
            raise UserError(f"{table}: {option} {name}: no such column; {hint}")


def _nearest(name: str, columns: Collection[str]) -> str | None:
    """The column with the most similar name, letter case aside if need be."""
    if near := get_close_matches(name, columns, n=1):
        return near[0]
    by_lower_case = {column.lower(): column for column in columns}
    near = get_close_matches(name.lower(), by_lower_case, n=1)
    return by_lower_case[near[0]] if near else None
