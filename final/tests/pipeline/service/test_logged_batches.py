"""The prediction log has the rows of batches and of the other protocols, and no batch waits for it."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.spec.request import example_row
from core.spec.yaml_file import load
from tests.support.checkout import Checkout
from tests.support.running_service import Service, serving


@pytest.fixture
def row(trained: Checkout) -> dict[str, Any]:
    return example_row(load(str(trained.product)).contract)


def send(service: Service, path: str, body: bytes, kind: str, request_id: str) -> httpx.Response:
    headers = {"content-type": kind, "x-request-id": request_id}
    answer = httpx.post(service.url + path, content=body, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode()


def as_arrow(rows: list[dict[str, Any]]) -> bytes:
    table, out = pa.Table.from_pylist(rows), io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    return out.getvalue()


def as_tensors(rows: list[dict[str, Any]]) -> bytes:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    kinds = {int: "INT64", float: "FP64", str: "BYTES"}
    inputs = [
        {"name": name, "datatype": kinds.get(type(cells[0]), "BYTES"), "shape": [len(cells)], "data": cells}
        for name, cells in columns.items()
    ]
    return json.dumps({"inputs": inputs}).encode()


def logged(folder: Path) -> dict[str, dict[str, Any]]:
    """The rows by their request ids."""
    files = list(folder.glob("predictions-*.parquet"))
    return {row["request_id"]: row for file in files for row in pq.read_table(file).to_pylist()}


def counters(service: Service) -> dict[str, float]:
    lines = re.findall(r'^prediction_log_rows_total{outcome="(\w+)"} (\S+)', service.get("/metrics").text, re.MULTILINE)
    return {outcome: float(rows) for outcome, rows in lines}


def test_rows_of_every_protocol_are_logged(
    trained: Checkout, row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_PREDICTION_LOG", str(tmp_path))
    rows = [{**row, "Fare": float(number)} for number in range(3)]
    wrong = {**row, "Fare": -1.0}
    model = trained.product / "registry" / "models" / trained.champion()
    with serving(trained, "serve.sh", "--model", str(model)) as service:
        name = service.get("/model").json()["product"]
        batches = (
            ("json", json.dumps([wrong, *rows]).encode(), "application/json"),
            ("lines", b"\n".join(json.dumps(row).encode() for row in rows), "application/x-ndjson"),
            ("csv", as_csv(rows), "text/csv"),
            ("arrow", as_arrow(rows), "application/vnd.apache.arrow.stream"),
        )
        answers = {key: send(service, "/predict/batch", body, kind, key) for key, body, kind in batches}
        passengers = as_csv([{"PassengerId": number, **row} for number, row in enumerate(rows, start=2001)])
        answers["ids"] = send(service, "/predict/batch", passengers, "text/csv", "ids")
        records = json.dumps({"dataframe_records": rows}).encode()
        send(service, "/invocations", records, "application/json", "mlflow")
        send(service, f"/v2/models/{name}/infer", as_tensors(rows), "application/json", "v2")
        send(service, "/explain", json.dumps(rows).encode(), "application/json", "explain")
        send(service, "/predict", json.dumps(row).encode(), "application/json", "single")
        labels = b"PassengerId,truth\n2001,1\n2003,0\n9999,1\n"
        kept = httpx.post(service.url + "/feedback", content=labels, headers={"content-type": "text/csv"}, timeout=60)
        assert kept.json() == {"labels": 3, "repeated": 0, "not_logged": 3}, "no row is in a file yet"
    found = logged(tmp_path)
    assert {entry["id"]: key for key, entry in found.items() if entry["id"]} == {
        str(number): f"ids/{place}" for place, number in enumerate((2001, 2002, 2003))
    }
    facts = trained.bash("watch.sh", "titanic", "--log", str(tmp_path))
    assert facts.returncode in (0, 3, 4), facts.stderr
    assert json.loads((tmp_path / "watch_facts.json").read_bytes())["labelled"] == 2
    places = {key: range(1, 4) if key == "json" else range(3) for key in (*answers, "mlflow", "v2")}
    assert set(found) == {"single", *(f"{key}/{place}" for key, numbers in places.items() for place in numbers)}
    expected = answers["json"].json()["predictions"][1:]
    for key, numbers in places.items():
        assert [found[f"{key}/{place}"]["row_Fare"] for place in numbers] == [0.0, 1.0, 2.0], key
        assert [json.loads(found[f"{key}/{place}"]["answer"]) for place in numbers] == expected, key
    assert {entry["model"] for entry in found.values()} == {trained.champion()}


def test_a_batch_shares_the_rate_with_single_rows_and_the_rest_is_counted(
    trained: Checkout, row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_PREDICTION_LOG", str(tmp_path))
    monkeypatch.setenv("SERVICE_PREDICTION_LOG_RATE", "10")
    monkeypatch.setenv("SERVICE_PREDICTION_LOG_SECONDS", "0.1")
    rows = [{**row, "Fare": float(number % 500)} for number in range(5000)]
    with serving(trained) as service:
        send(service, "/predict/batch", as_csv(rows), "text/csv", "long")
        counts: dict[str, float] = {}
        while sum(counts.values()) < len(rows):  # the test's own limit of time ends it
            counts = counters(service)
    assert counts == {"written": 10, "over_rate": 4990}
    numbers = sorted(int(key.removeprefix("long/")) for key in logged(tmp_path))
    assert len(numbers) == 10
    assert numbers[-1] >= 1000, "the sample is of the whole batch"  # else by chance once in 10 million


def test_a_log_that_cannot_be_written_fails_no_batch(
    trained: Checkout, row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SERVICE_PREDICTION_LOG", str(tmp_path / "file" / "log"))
    monkeypatch.setenv("SERVICE_PREDICTION_LOG_SECONDS", "0.1")
    with serving(trained) as service:
        for key in ("first", "second"):
            answer = send(service, "/predict/batch", as_csv([row, row]), "text/csv", key)
            assert answer.headers["x-rows-invalid"] == "0"
        counts: dict[str, float] = {}
        while counts.get("write_failed", 0) < 4:
            counts = counters(service)
    assert counts == {"write_failed": 4}
