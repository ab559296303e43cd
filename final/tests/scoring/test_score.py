"""Scoring a file: here, and on the workers of a real Dask scheduler, with the same bytes as a result."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from tests.checkout import Checkout

FINAL = Path(__file__).resolve().parents[2]


@dataclass
class Cluster:
    address: str
    workers: list[Path]  # each one's folder for temporary files


def start(stack: ExitStack, temporary: Path, *arguments: str, code: Path = FINAL) -> None:
    """A process of dask's that finds our code in `code`, ended with the stack."""
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(code), "OMP_NUM_THREADS": "1"},
        cwd=temporary, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    stack.callback(process.wait, 20)
    stack.callback(process.terminate)


@contextmanager
def running(folder: Path, code: Path = FINAL) -> Iterator[Cluster]:
    """A scheduler and two workers, processes of their own on loopback."""
    known = folder / "scheduler.json"
    workers = [folder / "first", folder / "second"]
    with ExitStack() as stack:
        own = ["--host", "127.0.0.1", "--scheduler-file", str(known)]
        start(stack, folder / "scheduler", "scheduler", *own, "--port", "0", "--no-dashboard", code=code)
        end = time.monotonic() + 60
        while not known.exists() and time.monotonic() < end:
            time.sleep(0.1)
        for place in workers:
            start(stack, place, "worker", *own, "--nthreads", "1", "--no-nanny", "--no-dashboard", code=code)
        yield Cluster(json.loads(known.read_text())["address"], workers)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("dask")) as started:
        yield started


def table(checkout: Checkout, to: Path, mistakes: bool = True) -> int:
    """The raw table without its target, five times over; every hundredth passenger's age is a word. Its length."""
    rows = pd.concat([pd.read_csv(checkout.product / "data/raw.csv", dtype=str)] * 5, ignore_index=True)
    rows = rows.drop(columns="Survived")
    if mistakes:
        rows.loc[::100, "Age"] = "old"
    if to.suffix == ".csv":
        rows.to_csv(to, index=False)
    else:
        columns = rows.drop(columns="PassengerId").to_dict("records")
        to.write_text("".join(json.dumps({k: v for k, v in row.items() if v == v}) + "\n" for row in columns))
    return len(rows)


def test_every_row_is_answered_in_its_order_or_has_its_mistake(trained: Checkout, tmp_path: Path) -> None:
    length = table(trained, tmp_path / "in.csv")
    done = trained.bash("score.sh", str(tmp_path / "in.csv"), str(tmp_path / "out.csv"))
    assert done.returncode == 0, done.stderr
    sent, answered = pd.read_csv(tmp_path / "in.csv"), pd.read_csv(tmp_path / "out.csv")
    wrong = answered.index % 100 == 0
    assert done.stdout == f"{length} rows, {wrong.sum()} of them wrong: {tmp_path / 'out.csv'}\n"
    assert list(answered["PassengerId"]) == list(sent["PassengerId"])
    assert answered.loc[wrong, "error"].str.startswith("Age: ").all()
    assert answered.loc[~wrong, "error"].isna().all()
    assert (answered["probability"].notna() == ~wrong).all()


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_dasks_workers_give_the_same_bytes(trained: Checkout, cluster: Cluster, tmp_path: Path, form: str) -> None:
    table(trained, rows := tmp_path / f"in.{form}")
    for output, options in (("here", []), ("dask", ["--scheduler", cluster.address])):
        done = trained.bash("score.sh", str(rows), str(tmp_path / f"{output}.{form}"), *options)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / f"dask.{form}").read_bytes() == (tmp_path / f"here.{form}").read_bytes()
    for place in cluster.workers:
        assert (place / f"artifact-{trained.champion()}" / "manifest.json").exists(), "this worker did nothing"


def test_nothing_is_written_where_it_cannot_be_done(trained: Checkout, tmp_path: Path) -> None:
    table(trained, rows := tmp_path / "in.csv", mistakes=False)
    for name, options, said in (
        ("out.csv", ["--scheduler", "tcp://127.0.0.1:1"], "score: "),
        ("out.csv", ["--product", "nothing"], "score: "),
    ):
        done = trained.bash("score.sh", str(rows), str(tmp_path / name), *options)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith(said)
        assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


def test_workers_without_this_code_are_told_from_a_failure(trained: Checkout, tmp_path: Path) -> None:
    table(trained, rows := tmp_path / "in.csv", mistakes=False)
    (tmp_path / "dask").mkdir()
    with running(tmp_path / "dask", code=tmp_path) as strangers:
        done = trained.bash("score.sh", str(rows), str(tmp_path / "out.csv"), "--scheduler", strangers.address)
    assert done.returncode == 1
    assert "score: scheduler and workers need this code (PYTHONPATH=final): " in done.stderr
    assert not (tmp_path / "out.csv").exists()


def test_the_ordinary_road_does_not_import_dask() -> None:
    code = "import sys, scoring.__main__; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=FINAL, check=False).returncode == 0
