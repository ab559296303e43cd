"""Labels of rows: those kept beside the log, or of a file; by request id, or by the product's own id."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.dataset as ds

from core.base.errors import UserError
from core.base.prediction_log import ID, REQUEST, TIME
from core.metrics.classes import codes
from core.spec.target import Target
from service.prediction_log.labels import SCHEMA, TRUTH, Key, Label, allowed, is_truth


class Labels:
    """The last label of each key. A row has two keys; the later label of both is the row's."""

    def __init__(self, labels: Iterable[Label] = ()) -> None:
        """`labels` in the order in which they came."""
        self._of_key: dict[Key, tuple[int, str]] = {}
        for number, label in enumerate(labels):
            self._of_key[label.key] = number, label.truth

    @classmethod
    def in_files(cls, files: list[Path]) -> "Labels":
        """Of files that are kept beside a log."""
        if not files:
            return cls()
        table = ds.dataset(files, schema=SCHEMA).to_table().sort_by(TIME)
        columns = (table[name].to_pylist() for name in (REQUEST, ID, TRUTH))
        return cls(Label(*cells) for cells in zip(*columns, strict=True))

    def __bool__(self) -> bool:
        return bool(self._of_key)

    def __contains__(self, label: Label) -> bool:
        return label.key in self._of_key and self._of_key[label.key][1] == label.truth

    @property
    def request_ids(self) -> list[str]:
        return [request for request, _ in self._of_key if request is not None]

    @property
    def ids(self) -> list[str]:
        """The product's ids."""
        return [key for _, key in self._of_key if key is not None]

    def of(self, request_id: str, key: str | None) -> str | None:
        """The label of a row, by its request id and the product's id, if it has one."""
        labels = [self._of_key.get((request_id, None)), self._of_key.get((None, key)) if key is not None else None]
        return max((label for label in labels if label is not None), default=(0, None))[1]


def read_labels(path: Path, id_name: str | None, target: Target) -> list[Label]:
    """Of a CSV with the columns request_id, or the product's id, and `truth` or the target's name. Raises UserError."""
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not a CSV table: {error}") from None
    truth_name = TRUTH if TRUTH in table else target.name
    id_name = id_name if id_name in table else None
    if truth_name not in table or (REQUEST not in table and id_name is None):
        raise UserError(
            f"{path}: needs the columns {REQUEST}, or the product's id, and {TRUTH} (or {target.name}); "
            f"it has {', '.join(map(str, table))}"
        )
    if REQUEST in table:
        labels = [Label(key, None, label) for key, label in zip(table[REQUEST], table[truth_name], strict=True)]
    else:
        labels = [Label(None, key, label) for key, label in zip(table[id_name], table[truth_name], strict=True)]
    wrong = next((label for label in labels if not is_truth(label.truth, target)), None)
    if wrong is not None:
        raise UserError(f"{path}: the label of {wrong.request_id or wrong.id!r} must be {allowed(target)}")
    return labels


def truth(values: list[Any], target: Target) -> np.ndarray:
    """The labels as numbers, as `codes` makes them, NaN for none, shape (n,)."""
    numbers = np.full(len(values), np.nan)
    places = [place for place, value in enumerate(values) if value is not None and is_truth(value, target)]
    if places:
        numbers[places] = codes([str(values[place]) for place in places], target)
    return numbers
