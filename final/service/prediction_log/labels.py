"""Labels that come later: what was true of a logged row, by its request id, kept beside the log."""

import csv
import io
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.dataset as ds

from core.spec.target import Target
from service.json_text import JsonError, loads
from service.prediction_log.columns import REQUEST
from service.prediction_log.files import LogFolder, log_files
from service.problems import Problem, mistake, refused, unreadable

LABELS = "labels"  # the files' names begin with it
TRUTH = "truth"
NAMES = (REQUEST, TRUTH)
SCHEMA = pa.schema([("time", pa.timestamp("us", tz="UTC")), (REQUEST, pa.string()), (TRUTH, pa.string())])
JSON, CSV = "application/json", "text/csv"


class Kept(NamedTuple):
    """What became of the labels of one request."""

    labels: int
    repeated: int
    not_logged: int


def read(body: bytes, form: str, target: Target) -> list[tuple[str, str]]:
    """(request id, truth) of each label, as text. Raises Problem (422) for a body or a truth that is none."""
    rows = _csv_rows(body) if form == CSV else _json_rows(body)
    labels, errors = [], []
    for number, row in enumerate(rows):
        if not isinstance(row, dict) or set(row) != set(NAMES) or not isinstance(row[REQUEST], str):
            errors.append(mistake(number, f"must have {REQUEST} (text) and {TRUTH}, nothing else", type(row).__name__))
        elif not is_truth(row[TRUTH], target):
            errors.append(mistake(f"{number}.{TRUTH}", f"must be {allowed(target)}", type(row[TRUTH]).__name__))
        else:
            labels.append((row[REQUEST], str(row[TRUTH])))
    if errors:
        raise refused(errors)
    return labels


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


def keep(folder: LogFolder, labels: list[tuple[str, str]]) -> Kept:
    """Write labels beside the log. A row's last label counts; one of a row that is not in the log waits for it.

    Raises OSError if they could not be written.
    """
    last = dict(labels)
    earlier = ids_in(log_files(folder.path, LABELS), last)
    logged = ids_in(log_files(folder.path), last)
    now = datetime.now(UTC)
    columns = [[now] * len(last), list(last), list(last.values())]
    if last:
        folder.write([pa.record_batch([*map(pa.array, columns)], names=SCHEMA.names).cast(SCHEMA)], LABELS)
    return Kept(len(last), len(labels) - len(last) + len(earlier), len(last.keys() - logged))


def ids_in(files: list[Path], ids: Iterable[str]) -> set[str]:
    """Those of the request ids that the files have."""
    if not files:
        return set()
    chosen = ds.field(REQUEST).isin(pa.array(list(ids), pa.string()))
    return set(ds.dataset(files).to_table(columns=[REQUEST], filter=chosen)[REQUEST].to_pylist())
