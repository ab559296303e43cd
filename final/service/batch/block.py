"""A part of a batch: many rows that are read, answered and written together."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ValidationError

from core.features.columns import Column
from core.model.model import Scored
from core.spec.columns import Value
from core.spec.contract import Contract
from service.batch.objects import columns_of
from service.model import rows as model_rows
from service.model.cells import AT_ONCE, cells
from service.model.columns import chosen
from service.model.live import Live
from service.problems import explain

CELLS = 2**20  # of a block
FEW = 100  # rows that are checked as fast one by one
MOST_ROWS = 2**16  # of a block; each distinct value costs once a block, and the memory stays small
Mistakes = list[dict[str, Any]]


class NoRow(Mistakes):
    """The mistakes of what is in the place of a row."""


def rows_of_a_block(columns: int) -> int:
    """The most rows of a block of so many columns."""
    return min(MOST_ROWS, max(AT_ONCE, CELLS // max(1, columns)))


@dataclass(frozen=True)
class Rows:
    """Rows as Python objects: what is to be validated, or NoRow. Keys and actual values are for the answer's writer.

    `is_loose`: the cells are typed as those of a table, of which `Rows.loose` of the model's rows makes JSON's.
    """

    values: list[Any]
    keys: list[Any]
    actual: list[Any] = field(default_factory=list)
    is_loose: bool = False

    def __len__(self) -> int:
        return len(self.values)

    @property
    def broken(self) -> dict[int, Mistakes]:
        """None is known of before a row is validated."""
        return {}

    def columns(self, contract: Contract) -> tuple[dict[str, pa.Array], np.ndarray]:
        """The cells as columns, and which rows are whole in them, bool, shape (n,)."""
        if len(self) < FEW:
            return {}, np.zeros(len(self), dtype=bool)
        return columns_of(contract, self.values, self.is_loose)

    def objects(self, rows: model_rows.Rows, places: np.ndarray) -> list[Any]:
        """Some of the rows as the contract's model takes them, or NoRow."""
        values = [self.values[place] for place in places]
        if self.is_loose:
            return [rows.loose(value) if isinstance(value, dict) else value for value in values]
        return values

    def taken(self, places: np.ndarray) -> "Rows":
        """Some of the rows, as a block of their own, without the actual values."""
        values, keys = ([cells[place] for place in places] for cells in (self.values, self.keys))
        return Rows(values, keys, is_loose=self.is_loose)

    @property
    def size(self) -> int:
        """Characters of the texts."""
        rows = (value.values() for value in self.values if isinstance(value, dict))
        return sum(len(cell) for cells in rows for cell in cells if isinstance(cell, str))


@dataclass(frozen=True)
class Table:
    """Rows as columns of the contract, cells as they were read; `broken` has the mistakes of what is no row."""

    cells: dict[str, pa.Array]
    rows: int
    broken: dict[int, Mistakes] = field(default_factory=dict)
    keys: pa.Array | None = None
    actual: pa.Array | None = None

    def __len__(self) -> int:
        return self.rows

    def columns(self, contract: Contract) -> tuple[dict[str, pa.Array], np.ndarray]:
        """The columns, and which rows are whole in them, bool, shape (n,)."""
        whole = np.ones(self.rows, dtype=bool)
        whole[list(self.broken)] = False
        return self.cells, whole

    def objects(self, rows: model_rows.Rows, places: np.ndarray) -> list[Any]:
        """Some of the rows, at most AT_ONCE, as the contract's model takes them, or NoRow."""
        names = list(self.cells)
        taken = [cells(column.take(pa.array(places))) for column in self.cells.values()]
        if not taken:
            return [{} for _ in places]
        values = [rows.loose(dict(zip(names, row, strict=True))) for row in zip(*taken, strict=True)]
        return [self.broken.get(place, value) for place, value in zip(places.tolist(), values, strict=True)]

    def taken(self, places: np.ndarray) -> "Table":
        """Some of the rows, none of them broken, as a block of their own, without the actual values."""
        chosen_rows = pa.array(places)
        columns = {name: column.take(chosen_rows) for name, column in self.cells.items()}
        return Table(columns, len(places), keys=None if self.keys is None else self.keys.take(chosen_rows))

    @property
    def size(self) -> int:
        """Bytes of the cells."""
        return sum(int(column.nbytes) for column in self.cells.values())


Block = Rows | Table


@dataclass(frozen=True)
class Answered:
    """Scores and limits as the model gives them, and the mistakes of the rows that have none."""

    scores: np.ndarray
    mistakes: dict[int, Mistakes]
    limits: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.scores)

    def at(self, place: int) -> Scored:
        """What the model gave for one row."""
        limits = None if self.limits is None else self.limits[place : place + 1]
        return Scored(self.scores[place : place + 1], limits)

    @cached_property
    def good(self) -> np.ndarray:
        """Whether each row is answered; shape (n,)."""
        good = np.ones(len(self), dtype=bool)
        good[list(self.mistakes)] = False
        return good

    def of(self, live: Live) -> list[dict[str, Any] | Mistakes]:
        """Each row's answer, or its mistakes."""
        answers: list[dict[str, Any] | Mistakes] = list(live.answers.of(self.scores, self.limits))
        for place, mistakes in self.mistakes.items():
            answers[place] = mistakes
        return answers

    def counts(self, live: Live) -> list[tuple[Value, int]]:
        """How often each value is predicted; of a regression each row's on its own."""
        values, places = live.answers.predictions(self.scores[self.good])
        times = np.bincount(places, minlength=len(values)).tolist()
        return [(value, count) for value, count in zip(values, times, strict=True) if count]


@dataclass(frozen=True)
class Checked:
    """What the model sees of a block's good rows, and the mistakes of each other row."""

    block: Block
    parts: list[tuple[np.ndarray, dict[str, Column]]]  # places of some rows, (k,), and the model's features of them
    mistakes: dict[int, Mistakes]

    @property
    def rows(self) -> int:
        return len(self.block)

    def scored(self, live: Live) -> Scored:
        """As the model gives them; NaN where a row is wrong."""
        target, model = live.answers.target, live.require_model()
        scores = np.full((self.rows, len(target.values)) if target.task == "multiclass" else self.rows, np.nan)
        limits = None if model.guarantee is None else np.full(self.rows, np.nan)
        for places, features in self.parts:
            scores[places], of_rows = model.scored_of(features)
            if limits is not None:
                limits[places] = of_rows
        return Scored(scores, limits)


def checked(live: Live, block: Block) -> Checked:
    """Checks a block by its columns, and the rows that these leave in doubt one by one. Raises Problem (503)."""
    cells_of, whole = block.columns(live.rows.contract)
    columns, good = live.columns(cells_of, len(block))
    good &= whole
    parts: list[tuple[np.ndarray, dict[str, Column]]] = []
    if good.any():
        certain = columns if good.all() else chosen(columns, good)
        parts.append((np.flatnonzero(good), live.require_model().features.of_canonical(certain)))
    mistakes = dict(block.broken)
    shared: dict[tuple[Any, ...], dict[str, Any]] = {}  # equal mistakes of many rows are one object
    in_doubt = np.setdiff1d(np.flatnonzero(~good), list(mistakes))
    for start in range(0, len(in_doubt), AT_ONCE):
        places = in_doubt[start : start + AT_ONCE]
        valid: dict[int, BaseModel] = {}
        for place, value in zip(places.tolist(), block.objects(live.rows, places), strict=True):
            row = value if isinstance(value, NoRow) else live.rows.one_or_error(value)
            if isinstance(row, BaseModel):
                valid[place] = row
            else:
                mistakes[place] = [shared.setdefault(tuple(each.values()), each) for each in mistakes_of(live, row)]
        if valid:
            features = live.require_model().features(live.rows.columns(list(valid.values())))
            parts.append((np.array(list(valid)), features))
    return Checked(block, parts, mistakes)


def answered(live: Live, block: Block) -> Answered:
    """The answer of each row that is good by the contract, the mistakes of each other one."""
    outcome = checked(live, block)
    scores, limits = outcome.scored(live)
    return Answered(scores, outcome.mistakes, limits)


def mistakes_of(live: Live, row: ValidationError | NoRow) -> Mistakes:
    return row if isinstance(row, NoRow) else explain(row, live.rows.names)
