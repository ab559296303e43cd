"""The service answers as the library and as lab2 do, row by row, and says what is wrong in problem JSON."""

import json
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from fastapi.testclient import TestClient

from lab3.app import create
from lab3.forecast import MEASURES, TRUSTED
from lab3.tests.conftest import ENVIRONMENT, free_port, wait_for


@pytest.fixture(scope="module")
def client(checkout: Path) -> Iterator[TestClient]:
    with TestClient(create(checkout / "lab3/model"), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def week(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/weeks").json()[0]
    return found


def test_service_library_and_lab2_give_equal_answers_row_by_row(client: TestClient, checkout: Path) -> None:
    windows = pd.read_csv(checkout / "lab2/data/windows/test.csv", index_col="date").iloc[::9]
    model = skops.io.load(checkout / "lab2/model/model.skops", trusted=TRUSTED)
    library = model.predict_proba(windows.drop(columns="rain_tomorrow"))[:, 1]
    lab2 = pd.read_csv(checkout / "lab2/reports/predictions.csv", index_col="date").loc[windows.index, "chance"]
    served = []
    for date, row in windows.iterrows():
        today = pd.Timestamp(str(date))
        days = [
            {"date": str((today - pd.Timedelta(days=ago)).date()), **{m: row[f"{m}_{ago}"] for m in MEASURES}}
            for ago in reversed(range(7))
        ]
        served.append(client.post("/predict", json={"days": days}).json()["chance_of_rain"])
    np.testing.assert_allclose(served, library, rtol=0, atol=1e-12)
    np.testing.assert_allclose(served, lab2, rtol=0, atol=1e-12)
    assert len(served) > 30
    assert np.std(served) > 0.1


def test_what_drove_the_answer_adds_up_to_it(client: TestClient, week: dict[str, Any]) -> None:
    answer = client.post("/predict", json=week).json()
    assert answer["usual"] + sum(answer["effects"].values()) == pytest.approx(answer["chance_of_rain"], abs=1e-12)
    assert set(answer["effects"]) == set(MEASURES)
    wetter = {"days": [day | {"precipitation": 30.0} for day in week["days"]]}
    assert client.post("/predict", json=wetter).json()["effects"]["precipitation"] > answer["effects"]["precipitation"]


def changed(week: dict[str, Any], day: int, **values: Any) -> dict[str, Any]:
    return {"days": [d | values if i == day else d for i, d in enumerate(week["days"])]}


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"wind": "3"}, "days.2.wind", "valid number"),
        ({"wind": True}, "days.2.wind", "valid number"),
        ({"wind": None}, "days.2.wind", "valid number"),
        ({"precipitation": -1}, "days.2.precipitation", "greater than or equal to 0"),
        ({"temp_max": 500}, "days.2.temp_max", "less than or equal to 65"),
        ({"temp_min": 40.0}, "days.2", "temp_min 40.0 is above temp_max"),
        ({"rain": 1}, "days.2.rain", "is not known here"),
        ({"date": 1447718400}, "days.2.date", "must be a day like 2015-11-17"),
        ({"date": "2015-13-01"}, "days.2.date", "date"),
        ({"date": "1999-01-01"}, "body", "days must follow each other"),
    ],
)
def test_bad_day_is_named(client: TestClient, week: dict[str, Any], values: Any, field: str, reason: str) -> None:
    answer = client.post("/predict", json=changed(week, 2, **values))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert reason in error["reason"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("{", 422, "is not JSON"),
        ("[]", 422, "body"),
        ('{"days": []}', 422, "days"),
        ('{"days": [{"date": "2015-01-01"}]}', 422, "days.0.precipitation: is missing"),
        ('{"days": [{"date": "2015-01-01", "precipitation": NaN}]}', 422, "days.0.precipitation"),
    ],
)
def test_bad_body_is_a_problem(client: TestClient, body: str, status: int, said: str) -> None:
    answer = client.post("/predict", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert said in answer.json()["detail"]


def test_each_refusal_is_one_that_the_documentation_names(client: TestClient) -> None:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        refused = client.request("TRACE", path)
        assert (refused.status_code, refused.headers["allow"]) == (405, *(method.upper() for method in methods))
        for said in methods.values():
            documented = {code: list(one["content"]) for code, one in said["responses"].items()}
            assert documented.pop("200") == ["application/json"]
            assert all(kinds == ["application/problem+json"] for kinds in documented.values())
            assert ("503" in documented) == (path != "/healthz")
    answer = client.post("/predict", json={})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_wrong_number_of_days_says_how_many(client: TestClient, week: dict[str, Any]) -> None:
    answer = client.post("/predict", json={"days": week["days"][1:]})
    assert answer.json()["errors"] == [{"field": "days", "reason": "needs the last 7 days, got 6"}]
    assert client.get("/nothing").headers["content-type"] == "application/problem+json"
    assert client.get("/predict").status_code == 405


def _cut_model(folder: Path) -> None:
    content = (folder / "model.skops").read_bytes()
    (folder / "model.skops").write_bytes(content[:-100])


def _change_golden(folder: Path) -> None:
    weeks = json.loads((folder / "weeks.json").read_text())
    weeks["golden"][3]["chance"] += 0.001
    (folder / "weeks.json").write_text(json.dumps(weeks))


def _refused_model(folder: Path) -> None:
    about = json.loads((folder / "model.json").read_text())
    about["test"]["accepted"] = False
    (folder / "model.json").write_text(json.dumps(about))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (shutil.rmtree, "no such file"),
        (_cut_model, "not the file that model.json beside it names"),
        (_change_golden, "a golden week gives"),
        (_refused_model, "not an accepted model"),
        (lambda folder: (folder / "weeks.json").write_text("{}"), "not weeks of weather"),
    ],
    ids=["no model", "cut", "other answers", "refused by lab2", "no weeks"],
)
def test_unusable_model_is_never_ready(checkout: Path, tmp_path: Path, week: Any, spoil: Any, said: str) -> None:
    shutil.copytree(checkout / "lab3/model", tmp_path / "model")
    spoil(tmp_path / "model")
    with TestClient(create(tmp_path / "model")) as client:
        assert client.get("/healthz").status_code == 200
        for answer in (client.get("/readyz"), client.post("/predict", json=week)):
            assert answer.status_code == 503
            assert said in answer.json()["detail"]


def test_request_in_flight_is_answered_after_sigterm(checkout: Path, week: dict[str, Any]) -> None:
    port, body = free_port(), json.dumps(week).encode()
    server = subprocess.Popen(
        ["uvicorn", "lab3.app:app", "--port", str(port), "--timeout-graceful-shutdown", "8"],
        cwd=checkout, env=ENVIRONMENT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", alive=lambda: server.poll() is None)
        with socket.create_connection(("127.0.0.1", port)) as connection:
            head = f"POST /predict HTTP/1.1|host: x|content-type: application/json|content-length: {len(body)}||"
            connection.sendall(head.replace("|", "\r\n").encode() + body[:20])
            time.sleep(0.3)
            server.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            connection.sendall(body[20:])
            assert b"200 OK" in connection.recv(1000)
        server.wait(10)
    finally:
        server.kill()
