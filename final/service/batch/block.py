"""A part of a batch: many rows that are read, answered and written together."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ValidationError

from core.spec.columns import Value
from service.model import rows as model_rows
from service.model.cells import AT_ONCE, cells
from service.model.columns import chosen
from service.model.live import Live
from service.problems import explain

CELLS = 2**17  # of a block, each of which can have a mistake of its own
MOST_ROWS = 16_384  # of a block; what a call costs does not count, and the memory stays small
Mistakes = list[dict[str, Any]]


class NoRow(Mistakes):
    """The mistakes of what is in the place of a row."""


def rows_of_a_block(columns: int) -> int:
    """The most rows of a block of so many columns."""
    return min(MOST_ROWS, max(AT_ONCE, CELLS // max(1, columns)))


@dataclass(frozen=True)
class Rows:
    """Rows as Python objects: what is to be validated, or NoRow. Keys and actual values are for the answer's writer."""

    values: list[Any]
    keys: list[Any]
    actual: list[Any] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Table:
    """Rows as columns of the contract, cells as they were read; `broken` has the mistakes of what is no row."""

    columns: dict[str, pa.Array]
    rows: int
    broken: dict[int, Mistakes] = field(default_factory=dict)
    keys: pa.Array | None = None
    actual: pa.Array | None = None

    def __len__(self) -> int:
        return self.rows


Block = Rows | Table


@dataclass(frozen=True)
class Answered:
    """Scores as the model gives them, (n,) or (n, K), and the mistakes of the rows that have none."""

    scores: np.ndarray
    mistakes: dict[int, Mistakes]

    def __len__(self) -> int:
        return len(self.scores)

    @cached_property
    def good(self) -> np.ndarray:
        """Whether each row is answered; shape (n,)."""
        good = np.ones(len(self), dtype=bool)
        good[list(self.mistakes)] = False
        return good

    def of(self, live: Live) -> list[dict[str, Any] | Mistakes]:
        """Each row's answer, or its mistakes."""
        answers: list[dict[str, Any] | Mistakes] = list(live.answers.of(self.scores))
        for place, mistakes in self.mistakes.items():
            answers[place] = mistakes
        return answers

    def counts(self, live: Live) -> list[tuple[Value, int]]:
        """How often each value is predicted; of a regression each row's on its own."""
        values, places = live.answers.predictions(self.scores[self.good])
        times = np.bincount(places, minlength=len(values)).tolist()
        return [(value, count) for value, count in zip(values, times, strict=True) if count]


def answered(live: Live, block: Block) -> Answered:
    """The answer of each row that is good by the contract, the mistakes of each other one."""
    if isinstance(block, Rows):
        return _of_rows(live, block.values)
    columns, good = live.columns(block.columns, len(block))
    good[list(block.broken)] = False
    scores = _no_scores(live, len(block))
    if good.all():
        scores = live.require_model().scores_of(columns) if len(block) else scores
        return Answered(scores, {})
    if good.any():
        scores[good] = live.require_model().scores_of(chosen(columns, good))
    mistakes = dict(block.broken)
    is_marked = ~good
    is_marked[list(block.broken)] = False
    marked = np.flatnonzero(is_marked)
    for start in range(0, len(marked), AT_ONCE):
        places = marked[start : start + AT_ONCE]
        by_row = _of_rows(live, objects(live.rows, block, places))
        scores[places] = by_row.scores
        mistakes |= {int(places[place]): errors for place, errors in by_row.mistakes.items()}
    return Answered(scores, mistakes)


def _no_scores(live: Live, rows: int) -> np.ndarray:
    target = live.answers.target
    return np.full((rows, len(target.values)) if target.task == "multiclass" else rows, np.nan)


def objects(rows: model_rows.Rows, block: Table, places: np.ndarray) -> list[dict[str, Any] | Mistakes]:
    """At most AT_ONCE rows of a table as the contract's model takes them, or NoRow."""
    names = list(block.columns)
    taken = [cells(column.take(pa.array(places))) for column in block.columns.values()]
    if not taken:
        return [{} for _ in places]
    values = [rows.loose(dict(zip(names, row, strict=True))) for row in zip(*taken, strict=True)]
    return [block.broken.get(place, value) for place, value in zip(places.tolist(), values, strict=True)]


def _of_rows(live: Live, values: list[Any]) -> Answered:
    checked = [value if isinstance(value, NoRow) else live.rows.one_or_error(value) for value in values]
    good = [row for row in checked if isinstance(row, BaseModel)]
    scores = _no_scores(live, len(values))
    mistakes = {
        place: mistakes_of(live, row) for place, row in enumerate(checked) if isinstance(row, ValidationError | NoRow)
    }
    if good:
        is_good = [isinstance(row, BaseModel) for row in checked]
        scores[is_good] = live.require_model().scores(live.rows.columns(good))
    return Answered(scores, mistakes)


def mistakes_of(live: Live, row: ValidationError | NoRow) -> Mistakes:
    return row if isinstance(row, NoRow) else explain(row, live.rows.names)
