"""The loop as it runs at night: served rows, late labels, a verdict, and what becomes of table and champion."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.support import machines
from tests.support.checkout import Checkout
from tests.support.made_once import made_once
from tests.support.running_service import BUSY, Service, serving
from tests.support.servers import until


@pytest.fixture(scope="session")
def promoted(tmp_path_factory: pytest.TempPathFactory, copy_repository: Callable[[Path], Path]) -> Checkout:
    """A checkout in which the machines' first model was promoted. Not to be changed."""

    def train(folder: Path) -> None:
        checkout = Checkout(copy_repository(folder))
        machines.declare(product_of(checkout))
        done = checkout.bash("pipeline.sh", machines.NAME)
        assert done.returncode == 0, done.stderr

    return Checkout(made_once(tmp_path_factory, "a checkout with machines", train))


@pytest.fixture
def checkout(promoted: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A copy of it, and a service that logs every row into the folder log of the test."""
    monkeypatch.setenv("SERVICE_PREDICTION_LOG", str(tmp_path / "log"))
    monkeypatch.setenv("SERVICE_PREDICTION_LOG_RATE", "100000")
    monkeypatch.setenv("SERVICE_PREDICTION_LOG_SECONDS", "1")
    return promoted.copied(tmp_path / "my copy", machines.NAME)


def product_of(checkout: Checkout) -> Path:
    return checkout.root / "final" / "products" / machines.NAME


def champion(checkout: Checkout) -> str:
    return str(json.loads((product_of(checkout) / "registry" / "champion.json").read_bytes())["model"])


def decisions(checkout: Checkout) -> list[str]:
    lines = (product_of(checkout) / "registry" / "log.jsonl").read_text().splitlines()
    return [json.loads(line)["action"] for line in lines]


@contextmanager
def served(checkout: Checkout) -> Iterator[Service]:
    with serving(checkout, "serve.sh", machines.NAME) as service:
        yield service


def answer(service: Service, rows: pd.DataFrame) -> None:
    """Have rows predicted, and send what was true of them by their numbers."""
    for path, columns in (("/predict/batch?target=refuse", rows.columns[:-1]), ("/feedback", ["number", "fails"])):
        body = rows[columns].rename(columns={"fails": "truth"}).to_csv(index=False)
        headers = {"content-type": "text/csv"}
        done = httpx.post(service.url + path, content=body.encode(), headers=headers, timeout=60)
        assert done.status_code == 200, done.text


def relearn(checkout: Checkout, tmp_path: Path) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of relearn.sh."""
    done = checkout.bash("relearn.sh", machines.NAME, "--log", str(tmp_path / "log"))
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
def test_harm_that_labels_show_ends_in_a_new_champion_that_a_running_service_takes(
    checkout: Checkout, tmp_path: Path
) -> None:
    first, drill = champion(checkout), {"kind": "drill", "heat": 40.0, "paint": 0.5}
    with served(checkout) as service:
        assert service.post("/predict", drill).json()["prediction"] == "no"
        answer(service, machines.table(2000, 10_000, seed=1, drills=0.6, cold_drills=True))
        until(lambda: logged(tmp_path / "log", "predictions") == 2001, BUSY)
        until(lambda: logged(tmp_path / "log", "labels") == 2000, BUSY)
        code, stdout, stderr = relearn(checkout, tmp_path)
        assert code == 0, stderr
        assert stdout.startswith("Model test accuracy is: 0.")
        assert f"act: {machines.NAME}, 2,001 rows of model {first[:12]}" in stderr
        assert "labelled rows are new" in stderr
        assert "promoted: roc_auc" in stderr
        assert champion(checkout) != first
        assert decisions(checkout) == ["promote", "promote"]
        labelled = pd.read_csv(product_of(checkout) / "labelled.csv")
        assert len(labelled) == 2000
        assert set(labelled["number"]) == {f"m{number}" for number in range(10_000, 12_000)}

        # the world stays as it now is: the new champion does its job
        until(lambda: service.post("/predict", drill).json()["model"] == champion(checkout), BUSY)
        assert service.get("/model").json()["model"] == champion(checkout)
        assert service.post("/predict", drill).json()["prediction"] == "yes"
        answer(service, machines.table(600, 20_000, seed=2, drills=0.6, cold_drills=True))
    code, stdout, stderr = relearn(checkout, tmp_path)
    assert (code, stdout[:7]) == (0, "steady:"), stderr
    assert decisions(checkout) == ["promote", "promote"]


def logged(folder: Path, kind: str) -> int:
    """Rows in the files of a kind."""
    return sum(pq.read_metadata(path).num_rows for path in folder.glob(f"{kind}-*.parquet"))


def test_a_drift_that_does_not_matter_changes_nothing(checkout: Checkout, tmp_path: Path) -> None:
    before = champion(checkout), (product_of(checkout) / "data" / "raw.csv").read_bytes()
    rows = machines.table(2000, 10_000, seed=3).assign(paint=np.linspace(0.5, 0.8, 2000))
    with served(checkout) as service:
        answer(service, rows)
    code, stdout, stderr = relearn(checkout, tmp_path)
    assert code == 0, stderr
    assert stdout.startswith(f"steady: {machines.NAME}, 2,000 rows")
    (moved,) = [
        effect
        for effect in json.loads((tmp_path / "log" / "watch_facts.json").read_bytes())["features"]
        if effect["feature"] == "paint"
    ]
    assert moved["moved"] > 0.4, "it has drifted"
    assert (champion(checkout), (product_of(checkout) / "data" / "raw.csv").read_bytes()) == before
    assert not (product_of(checkout) / "labelled.csv").exists()
    assert decisions(checkout) == ["promote"]


@pytest.mark.slow
def test_labels_from_which_nothing_can_be_learnt_leave_everything_as_it_was(checkout: Checkout, tmp_path: Path) -> None:
    before = champion(checkout), (product_of(checkout) / "data" / "raw.csv").read_bytes()
    rows = machines.table(2000, 10_000, seed=4)
    with served(checkout) as service:
        answer(service, rows.assign(fails=np.random.default_rng(0).permutation(rows["fails"])))
    code, stdout, stderr = relearn(checkout, tmp_path)
    assert (code, stdout) == (1, ""), stderr
    assert "gate model: accuracy failed" in stderr or "gate data: attainable accuracy failed" in stderr
    assert "the gates refused the new model; the table is again as it was" in stderr
    assert (champion(checkout), (product_of(checkout) / "data" / "raw.csv").read_bytes()) == before
    assert not (product_of(checkout) / "labelled.csv").exists()
