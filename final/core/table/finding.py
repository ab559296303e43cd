"""A breach of the contract, described so that a person can act on it."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Finding:
    """One breach of the contract. `rows` are lines of the file; the header is line 1."""

    column: str
    reason: str
    rows: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()
    count: int = 0

    def __str__(self) -> str:
        text = f"{self.column}: {self.reason}"
        if self.count:
            text += f" in {self.count} {'row' if self.count == 1 else 'rows'}"
        if self.rows:
            cells = zip(self.rows, self.examples, strict=True)
            text += f" ({', '.join(f'line {row}: {example}' for row, example in cells)})"
        return text


LineOf = Callable[[int], int]  # the line of the file that a row (from 0) starts in


def line_below_header(row: int) -> int:
    """The line of a row in a file that has one line for each."""
    return row + 2


def finding(column: str, reason: str, wrong: pd.Series, most: int = 3, line_of: LineOf = line_below_header) -> Finding:
    """A finding about the values of `wrong`, part of a column with its row numbers (from 0) as the index."""
    first = wrong.head(most)
    return Finding(
        column,
        reason,
        tuple(line_of(int(row)) for row in first.index),
        tuple(repr(value) for value in first),
        len(wrong),
    )
