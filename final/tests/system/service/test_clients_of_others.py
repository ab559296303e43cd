"""MLflow's own server and Triton's own client, each in an environment of its own, agree with the service."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bench.environments import python_of
from bench.servers import CONTENDERS, running
from tests.support.checkout import Checkout
from tests.support.holdout_rows import Rows, fixtures
from tests.support.mlflow_bodies import bodies
from tests.support.running_service import Service
from tests.support.servers import free_port

TRITON = Path(__file__).with_name("triton_client.py")


service, rows, expected = fixtures()


@pytest.fixture(scope="module")
def mlflow_server(trained: Checkout) -> Iterator[str]:
    """MLflow's own scoring server with the same model."""
    contender = next(each for each in CONTENDERS if each.name == "MLflow")
    folder = trained.product / "registry" / "models" / trained.champion()
    port = free_port()
    with running(contender, folder, port, []):
        url, until = f"http://127.0.0.1:{port}", time.monotonic() + 120
        while time.monotonic() < until:
            try:
                if httpx.get(url + "/ping").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        yield url


def test_mlflows_protocol_is_answered_and_refused_as_by_its_own_server(
    service: Service, mlflow_server: str, rows: Rows, expected: list[float]
) -> None:
    whole = [row for row, _ in zip(rows, expected, strict=True) if None not in row.values()]
    complete = [{**row, "Cabin": row["Cabin"] or "C62"} for row in rows if row["Age"] is not None and row["Embarked"]]
    assert whole or complete
    for name, (kind, body) in bodies(complete[:10]).items():
        ours, theirs = (
            httpx.post(url + "/invocations", content=body, headers={"content-type": kind}, timeout=60)
            for url in (service.url, mlflow_server)
        )
        assert ours.status_code == theirs.status_code, (name, ours.text, theirs.text)
        assert ours.headers["content-type"].split(";")[0] == theirs.headers["content-type"].split(";")[0], name
        if ours.status_code == 200:
            assert ours.json() == theirs.json(), name
            assert len(ours.json()["predictions"]) == 10
        elif ours.status_code == 400:
            # what its newest releases add (error_class, sqlstate), no client of before reads
            assert set(ours.json()) == {"error_code", "message"} <= set(theirs.json()), name
            assert ours.json()["error_code"] == theirs.json()["error_code"], name
            assert "Traceback" not in ours.text
    for path in ("/ping", "/health", "/version"):
        ours, theirs = httpx.get(service.url + path), httpx.get(mlflow_server + path)
        assert (ours.status_code, ours.text) == (theirs.status_code, theirs.text)
        assert ours.headers["content-type"] == theirs.headers["content-type"]


def test_tritons_client_is_answered_as_the_library(service: Service, rows: Rows, expected: list[float]) -> None:
    done = subprocess.run(
        [str(python_of("triton")), str(TRITON), service.url.removeprefix("http://")],
        input=json.dumps(rows),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    client = json.loads(done.stdout)
    assert client["binary"] == client["json"] == expected
    assert client["classes"] == [int(p > 0.5) for p in expected]
    assert client["ready"] is True
    assert client["version"] == service.get("/readyz").json()["model"]
    assert "Pclass" in client["refused"]
