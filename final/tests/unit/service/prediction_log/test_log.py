"""The prediction log writes what was answered, and costs no request anything when it cannot."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from core.spec.columns import Feature
from service.batch.block import Answered, Rows
from service.batch.sample import Sample
from service.metrics import Metrics
from service.model.live import Live
from service.prediction_log import log as log_module
from service.prediction_log.columns import Entry, LogColumns
from service.prediction_log.files import LogFolder
from service.prediction_log.log import PredictionLog
from service.settings import Settings
from tests.support.odd_bodies import ROW
from tests.support.small_live import small_live

FILE_AT_ONCE: Any = {"prediction_log_seconds": 1e-9}


def opened(folder: Path, **settings: Any) -> tuple[PredictionLog, Counter[str]]:
    """A log whose thread is not started: `turn` does its work."""
    metrics, counts = Metrics(), Counter[str]()
    metrics.log_rows = lambda outcome, rows: counts.update({outcome: rows})  # type: ignore[method-assign]
    return PredictionLog(folder, Settings(**settings), metrics), counts


def answer_rows(log: PredictionLog, live: Live, rows: int) -> None:
    add = log.of(live)
    for number in range(rows):
        add(b"request-%d" % number, live.rows.from_object({**ROW, "count": number}), {"prediction": "yes"})


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_rows_and_answers_are_in_a_file(tmp_path: Path) -> None:
    log, counts = opened(tmp_path / "log", **FILE_AT_ONCE)
    live = small_live()
    answer_rows(log, live, 3)
    log.turn()
    (file,) = files_in(tmp_path / "log")
    table = pq.read_table(file)
    assert table.column_names[:5] == ["time", "request_id", "model", "answer", "id"]
    assert table["id"].to_pylist() == [None, None, None]
    assert table["request_id"].to_pylist() == ["request-0", "request-1", "request-2"]
    assert table["row_count"].to_pylist() == [0, 1, 2]
    assert set(table["row_day"].to_pylist()) == {ROW["day"]}
    assert [json.loads(answer) for answer in table["answer"].to_pylist()] == [{"prediction": "yes"}] * 3
    assert set(table["model"].to_pylist()) == {live.version}
    assert counts == {"written": 3}


def test_a_file_waits_for_its_rows_and_the_last_is_written_at_the_end(tmp_path: Path) -> None:
    log, counts = opened(tmp_path, prediction_log_rows=5)
    answer_rows(log, small_live(), 4)
    log.turn()
    assert not files_in(tmp_path)
    answer_rows(log, small_live(), 1)
    log.turn()
    assert [pq.read_metadata(file).num_rows for file in files_in(tmp_path)] == [5]
    answer_rows(log, small_live(), 2)
    log.start()
    log.stop()
    assert sorted(pq.read_metadata(file).num_rows for file in files_in(tmp_path)) == [2, 5]
    assert counts == {"written": 7}


def test_a_folder_that_cannot_be_written_loses_rows_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    log, counts = opened(tmp_path / "file" / "log", **FILE_AT_ONCE)
    for _ in range(2):
        answer_rows(log, small_live(), 3)
        log.turn()
    assert counts == {"write_failed": 6}
    assert len(caplog.messages) == 1
    assert "predictions go on" in caplog.messages[0]


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(table: Any, path: Path, **_: Any) -> None:
        path.write_bytes(b"PAR1")
        raise OSError(28, "No space left on device")

    log, counts = opened(tmp_path, **FILE_AT_ONCE)
    with monkeypatch.context() as patch:
        patch.setattr(pq, "write_table", full)
        answer_rows(log, small_live(), 1)
        log.turn()
    assert not files_in(tmp_path)
    answer_rows(log, small_live(), 2)
    log.turn()
    assert counts == {"write_failed": 1, "written": 2}


def test_a_slow_disk_loses_rows_and_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "QUEUE", 5)
    log, counts = opened(tmp_path)
    answer_rows(log, small_live(), 8)  # while the thread is busy, nothing takes them out
    log.turn()
    assert counts == {"queue_full": 3}


def test_rows_beyond_the_rate_are_counted(tmp_path: Path) -> None:
    log, counts = opened(tmp_path, prediction_log_rate=2)
    assert [log.places(time) for time in (10.0, 10.5, 10.9, 11.0)] == [1, 1, 0, 1]
    log.turn()
    log.turn()
    assert counts == {"over_rate": 1}


def sample_of(live: Live, rows: int) -> bytes:
    """As the batch process sends it: the answered rows of one job."""
    sample, values = Sample(), [{**ROW, "count": number} for number in range(rows)]
    sample.begin({"most": 100, "request": "job", "unlogged": []})
    sample.add(live, Rows(values, [None] * rows), Answered(np.full(rows, 0.5), {}))
    return sample.stream(live)


def test_rows_of_a_batch_share_the_rate_of_single_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 10.0)
    log, counts = opened(tmp_path, prediction_log_rate=5)
    answer_rows(log, small_live(), 2)
    log.add_sample(answered=20, content=sample_of(small_live(), 4))
    answer_rows(log, small_live(), 1)
    log.turn(last=True)
    (file,) = files_in(tmp_path)
    ids = pq.read_table(file)["request_id"].to_pylist()
    assert ids[:2] == ["request-0", "request-1"]
    assert len(set(ids[2:])) == 3
    assert set(ids[2:]) <= {f"job/{number}" for number in range(4)}
    assert counts == {"written": 5, "over_rate": 18}


def test_a_sample_takes_the_places_that_the_queue_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "QUEUE", 5)
    log, counts = opened(tmp_path)
    answer_rows(log, small_live(), 2)
    log.add_sample(answered=4, content=sample_of(small_live(), 4))
    log.turn()
    log.add_sample(answered=4, content=sample_of(small_live(), 4))  # the queue is empty again
    log.turn(last=True)
    assert counts == {"written": 9, "queue_full": 1}


def test_a_batch_process_that_ended_before_its_sample_came_is_counted(tmp_path: Path) -> None:
    log, counts = opened(tmp_path)
    for content in (b"", sample_of(small_live(), 4)[:100]):
        log.add_sample(answered=4, content=content)
    log.turn(last=True)
    assert counts == {"write_failed": 8}


def test_the_batch_process_is_told_what_to_leave_out(tmp_path: Path) -> None:
    log, _ = opened(tmp_path, prediction_log_rate=7)
    masked = Live(replace(small_live().serving, manifest={"unlogged": ["note"]}))
    assert log.order(masked, b"r\xe9") == {"most": 7, "request": "r\u00e9", "unlogged": ["note"]}


def test_a_masked_column_is_left_out() -> None:
    features: dict[str, Feature] = small_live().serving.contract.features
    columns = LogColumns(features, "model", unlogged={"note", "day"})
    batch = columns.batch([Entry(0.0, b"id", (1.5, 2, "a", True, "secret", "secret"), {})])
    assert [name for name in batch.schema.names if name.startswith("row_")] == [
        "row_size",
        "row_count",
        "row_kind",
        "row_flag",
    ]
    assert "secret" not in str(batch.to_pylist())


def test_each_model_has_files_of_its_own_columns(tmp_path: Path) -> None:
    log, counts = opened(tmp_path)
    answer_rows(log, small_live(), 2)
    answer_rows(log, small_live("multiclass"), 1)
    masked = replace(small_live().serving, manifest={"unlogged": ["note"]})
    answer_rows(log, Live(masked), 1)
    log.turn(last=True)
    assert [pq.read_metadata(file).num_rows for file in files_in(tmp_path)] == [3, 1]
    assert counts == {"written": 4}


def test_the_oldest_files_go(tmp_path: Path) -> None:
    import os

    batch = LogColumns({}, "model").batch([Entry(0.0, b"id", (), {})])
    folder = LogFolder(tmp_path, most_bytes=10**9, most_days=1e5)
    first, second, third = (folder.write([batch]) for _ in range(3))
    for age, path in enumerate((third, second, first)):
        os.utime(path, (10**9 - age, 10**9 - age))
    LogFolder(tmp_path, most_bytes=2 * third.stat().st_size, most_days=1e5).prune()
    assert files_in(tmp_path) == sorted((second, third))
    (tmp_path / ".predictions-1.parquet.77").touch()
    os.utime(tmp_path / ".predictions-1.parquet.77", (10**9, 10**9))
    (tmp_path / "labels.csv").touch()
    LogFolder(tmp_path, most_bytes=10**9, most_days=1).prune()
    assert [path.name for path in files_in(tmp_path)] == ["labels.csv"]
