"""A public table prepared for measuring: the product that the draft makes of it, and files for programs that train.

A folder holds product.yaml and data/raw.csv of the product, and what every program gets: features.csv (the columns
without the target), target.npy (numbers of the classes, or values) and folds.npz (rows train_i and test_i of fold i). A
program writes scores_i.npy, the scores of the test rows: shape (n,), or (n, K) for K classes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, StratifiedKFold

from bench.public_files import hash_of
from bench.public_tables import PublicTable
from bench.quality_models import Answer, Contender
from bench.quality_results import Result
from core.base import terminal
from core.base.paths import Paths
from core.draft.draft import draft
from core.draft.options import Wish
from core.metrics.classes import codes
from core.metrics.metrics import values
from core.spec.yaml_file import load
from core.table import typed
from stages.data_creation import fetch

Rows = np.ndarray  # numbers of rows, shape (n,)


@dataclass(frozen=True)
class Folds:
    """Cross-validation; the rows are shuffled anew for each repeat, and classes keep their shares."""

    folds: int
    repeats: int

    @property
    def places(self) -> list[tuple[int, int]]:
        """Repeat and fold of each cut."""
        return [(repeat, fold) for repeat in range(self.repeats) for fold in range(self.folds)]

    def of(self, target: np.ndarray, is_regression: bool) -> list[tuple[Rows, Rows]]:
        """The rows to train on and to test on, for each of `places`."""
        kind = KFold if is_regression else StratifiedKFold
        parts: list[tuple[Rows, Rows]] = []
        for seed in range(self.repeats):
            parts += kind(self.folds, shuffle=True, random_state=seed).split(target, target)
        return parts


@dataclass(frozen=True)
class Workspace:
    """A prepared folder, and what its results are named by."""

    table: PublicTable
    folder: Path
    data: str
    columns: int
    target: np.ndarray
    cut: Folds
    parts: list[tuple[Rows, Rows]]

    def result(self, model: Contender, answer: Answer) -> Result:
        test = self.parts[answer.number][1]
        metrics = values(self.table.task, self.target[test], np.load(self.folder / f"scores_{answer.number}.npy"))
        repeat, fold = self.cut.places[answer.number]
        return Result(
            table=self.table.name,
            task=self.table.task,
            set_aside=self.table.is_set_aside,
            rows=len(self.target),
            columns=self.columns,
            data=self.data,
            model=model.name,
            version=model.version,
            folds=self.cut.folds,
            repeat=repeat,
            fold=fold,
            metrics={name: float(f"{metric:.6g}") for name, metric in metrics.items()},
            train_seconds=round(answer.train_seconds, 3),
            processor_seconds=round(answer.processor_seconds, 3),
            microseconds=round(1e6 * answer.predict_seconds / len(test), 2),
        )


def prepare(table: PublicTable, rows: pd.DataFrame, folder: Path, cut: Folds) -> Workspace:
    """Draft a product of the rows, as a person would, and write the files. Raises UserError, ValueError."""
    folder.mkdir(parents=True)
    file = folder / "table.csv"
    rows.to_csv(file, index=False)
    # the folds are drawn at random, so the draft is told not to split by a date or a group
    wish = Wish(name=folder.name, task=table.task, positive=table.positive, by="none", group="none")
    with terminal.console.capture():
        draft(str(file), table.target, wish, folder.parent)
    product, paths = load(str(folder)), Paths.of(str(folder))
    paths.raw.parent.mkdir()
    fetch(product, folder, paths.raw)
    typed_rows, _ = typed.read(paths.raw, product)
    if len(typed_rows) != len(rows):
        raise ValueError(f"{table.name}: the product has {len(typed_rows)} rows, the table {len(rows)}")
    target = codes(typed_rows[table.target], product.target)
    features = rows.drop(columns=table.target)
    features.to_csv(folder / "features.csv", index=False)
    np.save(folder / "target.npy", target)
    parts = cut.of(target, table.task == "regression")
    sides: dict[str, Any] = {f"train_{number}": train for number, (train, _) in enumerate(parts)}
    sides |= {f"test_{number}": test for number, (_, test) in enumerate(parts)}
    np.savez(folder / "folds.npz", **sides)
    return Workspace(table, folder, hash_of(rows), features.shape[1], target, cut, parts)
