"""Rows that a model answered: of the prediction log, file by file, or of a table that is scored here."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pydantic import ValidationError

from core.base.errors import UserError
from core.base.prediction_log import ANSWER, ID, REQUEST, TIME, log_files
from core.model.model import ProductModel
from core.spec.target import Target
from core.table.logged import logged_table, rows_of
from service.batch.block import mistakes_of
from service.model.live import Live
from service.prediction_log.labels import LABELS, of_rows
from watch.coverage import covered
from watch.labels import Labels, truth

CHUNK = 50_000  # rows of a table that are read at a time


@dataclass(frozen=True)
class Answered:
    """Rows of one model. `columns` are the model's features, shape (n,); `target` has NaN where no label is there."""

    ids: np.ndarray
    days: np.ndarray  # datetime64[D]
    scores: np.ndarray
    columns: dict[str, np.ndarray]
    target: np.ndarray
    covered: np.ndarray  # 1.0 or 0.0 where a set or an interval and a label are there, else NaN
    invalid: dict[str, int] = field(default_factory=dict)  # rows that break the contract, by feature
    others: int = 0  # rows that another model answered

    def __len__(self) -> int:
        return len(self.ids)

    def labelled(self) -> np.ndarray:
        return np.asarray(~np.isnan(self.target))


def joined(parts: list[Answered]) -> Answered:
    """The rows of all parts, of which there is at least one; they have the same columns."""
    invalid: Counter[str] = Counter()
    for part in parts:
        invalid.update(part.invalid)
    return Answered(
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.days for part in parts]),
        np.concatenate([part.scores for part in parts]),
        {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns},
        np.concatenate([part.target for part in parts]),
        np.concatenate([part.covered for part in parts]),
        dict(invalid),
        sum(part.others for part in parts),
    )


class Log:
    """The folder of a prediction log, read for one model."""

    def __init__(self, folder: Path, live: Live) -> None:
        """Raises UserError where no file of a log is there."""
        self.folder, self._live = folder, live
        self.files = log_files(folder)
        self.label_files = log_files(folder, LABELS)
        if not self.files:
            raise UserError(
                f"{folder}: no file of a prediction log; SERVICE_PREDICTION_LOG={folder} makes the service write it"
            )

    @property
    def model(self) -> str:
        return self._live.version

    def read(self, file: Path, labels: Labels) -> Answered:
        """The rows of one file that the model answered."""
        return self._answered(pq.read_table(file), labels)

    def labelled(self, labels: Labels, earlier: Labels) -> Iterator[Answered]:
        """The rows with one of these labels and none of the earlier ones, file by file."""
        chosen = of_rows(labels.request_ids, labels.ids)
        for file in self.files:
            schema = pq.read_schema(file)
            names = schema if ID in schema.names else schema.append(pa.field(ID, pa.string()))
            rows = ds.dataset(file, schema=names).to_table(filter=chosen)
            is_new = [earlier.of(*keys) is None for keys in row_keys(rows)]
            yield self._answered(rows.filter(pa.array(is_new, pa.bool_())), labels)

    def _answered(self, table: pa.Table, labels: Labels) -> Answered:
        own = rows_of(self.model, table)
        answers = [orjson.loads(answer) for answer in own[ANSWER].to_pylist()]
        model, target = self._live.require_model(), self._live.answers.target
        ids = np.array(own[REQUEST].to_pylist(), dtype=object)
        own_labels = [labels.of(*keys) for keys in row_keys(own)]
        return Answered(
            ids,
            own[TIME].to_numpy().astype("datetime64[D]"),
            scores_of(answers, target),
            model_columns(model, logged_table(own, model.contract.features)),
            truth(own_labels, target),
            covered(answers, own_labels),
            others=len(table) - len(own),
        )


def row_keys(rows: pa.Table) -> Iterator[tuple[str, str | None]]:
    """Request id of each row of a log, and the product's id; None if a row, or an older file, has none."""
    ids = rows[ID].to_pylist() if ID in rows.column_names else [None] * len(rows)
    return zip(rows[REQUEST].to_pylist(), ids, strict=True)


def table_rows(path: Path, live: Live, labels: Labels) -> Iterator[Answered]:
    """The rows of a CSV or Parquet table in pieces, scored; labels by the product's id, or the table's target column.

    Without an id, a row is named by its number in its piece.

    Raises UserError for a file that is no table.
    """
    model, target = live.require_model(), live.answers.target
    today = np.datetime64("today", "D")
    for piece in _pieces(path):
        rows, places, invalid = [], [], Counter[str]()
        for place, cells in enumerate(piece[[*piece.columns.intersection(live.rows.names)]].to_dict("records")):
            row = live.rows.one_or_error(live.rows.loose({str(name): cell for name, cell in cells.items()}))
            if isinstance(row, ValidationError):
                invalid.update({mistake["field"] for mistake in mistakes_of(live, row)})
            else:
                rows.append(row)
                places.append(place)
        if not rows:
            worst = ", ".join(name for name, _ in invalid.most_common(3))
            raise UserError(f"{path}: no row is what the contract says; most often wrong: {worst}")
        columns = pd.DataFrame({name: pd.Series(cells) for name, cells in live.rows.columns(rows).items()})
        kept = piece.iloc[places]
        ids = kept[live.rows.id] if live.rows.id in kept else pd.Series(places)
        texts = kept[target.name].tolist() if target.name in kept else [None] * len(kept)
        given = [labels.of(str(key), str(key)) for key in ids]
        truths = [text if label is None else label for label, text in zip(given, texts, strict=True)]
        yield Answered(
            ids.astype(str).to_numpy(dtype=object),
            np.full(len(kept), today),
            model.scores(columns),
            model_columns(model, columns),
            truth(truths, target),
            np.full(len(kept), np.nan),
            dict(invalid),
        )


def _pieces(path: Path) -> Iterator[pd.DataFrame]:
    try:
        if path.suffix == ".parquet":
            yield pd.read_parquet(path)
        else:
            yield from pd.read_csv(path, dtype=str, keep_default_na=False, chunksize=CHUNK)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not a CSV or Parquet table: {error}") from None


def scores_of(answers: list[dict[str, Any]], target: Target) -> np.ndarray:
    """The scores that the answers tell, as ProductModel.scores gives them."""
    if target.task == "binary":
        return np.array([answer["probability"] for answer in answers], dtype=float)
    if target.task == "regression":
        return np.array([answer["prediction"] for answer in answers], dtype=float)
    names = [str(value) for value in target.values]
    rows = [[answer["probabilities"][name] for name in names] for answer in answers]
    return np.array(rows, dtype=float).reshape(len(rows), len(names))


def model_columns(model: ProductModel, table: pd.DataFrame) -> dict[str, np.ndarray]:
    """What the model sees of rows: float64 with NaN, or object with "" for missing; each shape (n,)."""
    columns = model.features(table)
    return {
        name: np.asarray(columns[name], dtype=object if name in model.features.categorical else float)
        for name in model.features.names
    }
