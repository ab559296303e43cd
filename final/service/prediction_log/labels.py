"""Labels that come later: what was true of a logged row, by its request id or the product's id, beside the log."""

import csv
import io
import math
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.dataset as ds

from core.base.prediction_log import ID, REQUEST, TIME, log_files
from core.spec.target import Target
from service.json_text import JsonError, loads
from service.prediction_log.files import LogFolder
from service.problems import Problem, mistake, refused, unreadable

LABELS = "labels"  # the files' names begin with it
TRUTH = "truth"
KEYS = pa.schema([(REQUEST, pa.string()), (ID, pa.string())])
SCHEMA = pa.schema([(TIME, pa.timestamp("us", tz="UTC")), *KEYS, (TRUTH, pa.string())])
JSON, CSV = "application/json", "text/csv"
Key = tuple[str | None, str | None]  # request id, the product's id; one of them


class Label(NamedTuple):
    """What was true of a row, as text. Of the ids one is there, the other is None."""

    request_id: str | None
    id: str | None
    truth: str

    @property
    def key(self) -> Key:
        return self.request_id, self.id


class Kept(NamedTuple):
    """What became of the labels of one request; `not_logged` counts those of which the log has no row."""

    labels: int
    repeated: int
    not_logged: int


def read(body: bytes, form: str, target: Target, id_name: str | None = None) -> list[Label]:
    """The labels, of which each names its row by its request id or by the product's id, the column `id_name`.

    Raises Problem (422) for a body or a truth that is none.
    """
    rows = _csv_rows(body) if form == CSV else _json_rows(body)
    needed = f"must have {' or '.join(key_names(id_name))}, and {TRUTH}, nothing else"
    labels, errors = [], []
    for number, row in enumerate(rows):
        key = _key(row, id_name) if isinstance(row, dict) else None
        if key is None:
            errors.append(mistake(number, needed, type(row).__name__))
        elif not is_truth(row[TRUTH], target):
            errors.append(mistake(f"{number}.{TRUTH}", f"must be {allowed(target)}", type(row[TRUTH]).__name__))
        else:
            labels.append(Label(*key, str(row[TRUTH])))
    if errors:
        raise refused(errors)
    return labels


def key_names(id_name: str | None) -> list[str]:
    """By what a label may name its row."""
    return [REQUEST] if id_name in (None, REQUEST, TRUTH) else [REQUEST, id_name]


def _key(row: dict[str, Any], id_name: str | None) -> Key | None:
    """What names the row; None if that is not one text, or whole number of the product's ids, beside the truth."""
    if row.keys() == {REQUEST, TRUTH}:
        return (row[REQUEST], None) if isinstance(row[REQUEST], str) else None
    if id_name is not None and row.keys() == {id_name, TRUTH}:
        return (None, str(row[id_name])) if type(row[id_name]) in (str, int) else None
    return None


def _json_rows(body: bytes) -> list[Any]:
    try:
        rows = loads(body)
    except JsonError as error:
        raise unreadable(error) from None
    if not isinstance(rows, list):
        raise refused([mistake("", f"must be a list of objects with {REQUEST} and {TRUTH}", type(rows).__name__)])
    return rows


def _csv_rows(body: bytes) -> list[Any]:
    try:
        reader = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        return list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Problem(422, f"not a CSV table in UTF-8: {error}") from None


def is_truth(value: Any, target: Target) -> bool:
    """Whether a value, or its text, is one that the target can have."""
    if target.task != "regression":
        return str(value) in set(map(str, target.values))
    try:
        return not isinstance(value, bool) and math.isfinite(float(value))
    except (TypeError, ValueError):
        return False


def allowed(target: Target) -> str:
    return "a number" if target.task == "regression" else f"one of {', '.join(map(str, target.values))}"


def keep(folder: LogFolder, labels: list[Label]) -> Kept:
    """Write labels beside the log. A row's last label counts; one of a row that is not in the log waits for it.

    Raises OSError if they could not be written.
    """
    last = {label.key: label for label in labels}
    earlier = keys_in(log_files(folder.path, LABELS), last)
    logged = keys_in(log_files(folder.path), last)
    now = datetime.now(UTC)
    if last:
        rows = [{TIME: now, **label._asdict()} for label in last.values()]
        folder.write([pa.RecordBatch.from_pylist(rows, schema=SCHEMA)], LABELS)
    return Kept(len(last), len(labels) - len(last) + len(earlier), len(last.keys() - logged))


def keys_in(files: list[Path], keys: Collection[Key]) -> set[Key]:
    """Those of the keys that the files have."""
    if not files:
        return set()
    chosen = of_rows([request for request, _ in keys], [key for _, key in keys])
    rows = ds.dataset(files, schema=KEYS).to_table(filter=chosen)
    present = {(request, None) for request in rows[REQUEST].to_pylist()}
    return {*keys} & {*present, *((None, key) for key in rows[ID].to_pylist())}


def of_rows(request_ids: Iterable[str | None], ids: Iterable[str | None]) -> ds.Expression:
    """The filter of rows that have one of these ids; None is none."""
    by_request, by_id = ([key for key in keys if key is not None] for keys in (request_ids, ids))
    return ds.field(REQUEST).isin(pa.array(by_request, pa.string())) | ds.field(ID).isin(pa.array(by_id, pa.string()))
