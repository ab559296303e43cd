"""Labels that come later: checked, kept beside the log, the last one of a row counts."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from core.base.prediction_log import log_files
from core.spec.target import Target
from service.prediction_log.columns import Entry, LogColumns
from service.prediction_log.files import LogFolder
from service.prediction_log.labels import CSV, JSON, LABELS, Kept, Label, keep, read
from service.problems import Problem

BINARY = Target(name="y", task="binary", values=(0, 1), positive=1)
NUMBER = Target(name="y", task="regression")


@pytest.fixture
def folder(tmp_path: Path) -> LogFolder:
    """A log of the requests a and b; b is the product's 17."""
    log = LogFolder(tmp_path, most_bytes=10**9, most_days=10)
    log.write([LogColumns({}, "model").batch([Entry(0.0, b"a", (), {}), Entry(1.0, b"b", (), {}, "17")])])
    return log


def test_labels_are_read_from_json_and_csv() -> None:
    assert read(b'[{"request_id": "a", "truth": 1}, {"request_id": "b", "truth": "0"}]', JSON, BINARY) == [
        Label("a", None, "1"),
        Label("b", None, "0"),
    ]
    assert read(b"truth,request_id\n1.5,a\n", CSV, NUMBER) == [Label("a", None, "1.5")]


def test_a_label_may_name_its_row_by_the_products_id() -> None:
    body = b'[{"number": 17, "truth": 1}, {"number": "x", "truth": 0}, {"request_id": "a", "truth": 0}]'
    assert read(body, JSON, BINARY, "number") == [
        Label(None, "17", "1"),
        Label(None, "x", "0"),
        Label("a", None, "0"),
    ]
    assert read(b"number,truth\n17,2\n", CSV, NUMBER, "number") == [Label(None, "17", "2")]


@pytest.mark.parametrize("key", ['"number": 1.5', '"number": true', '"number": null', '"number": 1, "request_id": "a"'])
def test_an_id_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(Problem, match="0: must have request_id or number, and truth, nothing else"):
        read(f'[{{{key}, "truth": 1}}]'.encode(), JSON, BINARY, "number")


@pytest.mark.parametrize(
    ("body", "form", "target", "reason"),
    [
        (b'[{"request_id": "a", "truth": 2}]', JSON, BINARY, "0.truth: must be one of 0, 1"),
        (b'[{"request_id": 7, "truth": 1}]', JSON, BINARY, "0: must have request_id"),
        (b'[{"request_id": "a"}]', JSON, BINARY, "0: must have request_id, and truth"),
        (b'{"request_id": "a", "truth": 1}', JSON, BINARY, "must be a list"),
        (b"[", JSON, BINARY, "body: "),
        (b"request_id,truth\na,NaN\n", CSV, NUMBER, "0.truth: must be a number"),
        (b"request_id,truth\na,1,2\n", CSV, NUMBER, "0: must have request_id"),
        (b"\xff", CSV, NUMBER, "not a CSV table"),
    ],
)
def test_a_label_that_is_none_is_refused(body: bytes, form: str, target: Target, reason: str) -> None:
    with pytest.raises(Problem) as refused:
        read(body, form, target)
    assert refused.value.status == 422
    assert reason in refused.value.detail


def test_repeated_and_unknown_labels_are_kept_and_counted(folder: LogFolder) -> None:
    first = [Label("a", None, "0"), Label("a", None, "1"), Label("x", None, "1")]
    assert keep(folder, first) == Kept(labels=2, repeated=1, not_logged=1)
    assert keep(folder, [Label("a", None, "0"), Label("b", None, "1")]) == Kept(labels=2, repeated=1, not_logged=0)
    files = log_files(folder.path, LABELS)
    rows: list[dict[str, Any]] = [row for file in files for row in pq.read_table(file).to_pylist()]
    assert sorted((row["request_id"], row["truth"]) for row in rows) == [("a", "0"), ("a", "1"), ("b", "1"), ("x", "1")]


def test_an_id_of_the_product_is_no_request_id(folder: LogFolder) -> None:
    assert keep(folder, [Label(None, "17", "0"), Label(None, "a", "1")]) == Kept(labels=2, repeated=0, not_logged=1)
    assert keep(folder, [Label("17", None, "0"), Label(None, "17", "1")]) == Kept(labels=2, repeated=1, not_logged=1)


def test_labels_are_kept_beside_a_log_whose_files_have_no_ids(tmp_path: Path) -> None:
    folder = LogFolder(tmp_path, most_bytes=10**9, most_days=10)
    batch = LogColumns({}, "model").batch([Entry(0.0, b"a", (), {})])
    folder.write([batch.drop_columns(["id"])])
    assert keep(folder, [Label("a", None, "0"), Label(None, "a", "1")]) == Kept(labels=2, repeated=0, not_logged=1)


def test_no_labels_write_no_file(folder: LogFolder) -> None:
    assert keep(folder, []) == Kept(0, 0, 0)
    assert log_files(folder.path, LABELS) == []


def test_labels_that_cannot_be_written_are_an_error(folder: LogFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(OSError, match="No space left"):
        keep(folder, [Label("a", None, "1")])
