"""Scoring a file: here, and on the workers of a real Dask scheduler, with the same bytes as a result."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from distributed import Client

from core.base.paths import FINAL
from tests.support.checkout import Checkout
from tests.support.scheduler_file import address
from tests.support.scoring_input import table


@dataclass
class Cluster:
    address: str

    def executed(self) -> int:
        """How many tasks the workers have done."""
        with Client(self.address, set_as_default=False) as client:
            done = client.run(lambda dask_worker: dask_worker.state.executed_count)
        return sum(done.values())


def start(stack: ExitStack, temporary: Path, *arguments: str, code: Path = FINAL) -> None:
    """A process of dask's that finds our code in `code`, ended with the stack."""
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(code), "OMP_NUM_THREADS": "1"},
        cwd=temporary, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    stack.callback(process.wait, 60)
    stack.callback(process.terminate)


@contextmanager
def running(folder: Path, code: Path = FINAL) -> Iterator[Cluster]:
    """A scheduler and two workers, processes of their own on loopback."""
    about = folder / "scheduler.json"
    with ExitStack() as stack:
        own = ["--host", "127.0.0.1", "--scheduler-file", str(about)]
        start(stack, folder / "scheduler", "scheduler", *own, "--port", "0", "--no-dashboard", code=code)
        listening = address(about)
        for name in ("first", "second"):
            start(stack, folder / name, "worker", *own, "--nthreads", "1", "--no-nanny", "--no-dashboard", code=code)
        with Client(listening, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        yield Cluster(listening)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("dask")) as started:
        yield started


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


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_dasks_workers_give_the_same_bytes(trained: Checkout, cluster: Cluster, tmp_path: Path, form: str) -> None:
    table(trained, rows := tmp_path / f"in.{form}", times=40)  # several blocks
    before = cluster.executed()
    for output, options in (("here", []), ("dask", ["--scheduler", cluster.address])):
        done = trained.bash("score.sh", str(rows), str(tmp_path / f"{output}.{form}"), *options)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / f"dask.{form}").read_bytes() == (tmp_path / f"here.{form}").read_bytes()
    assert cluster.executed() > before  # which of the workers took a chunk is the scheduler's choice


def test_a_worker_that_is_killed_changes_no_byte(trained: Checkout, tmp_path: Path) -> None:
    length = table(trained, rows := tmp_path / "in.csv", times=80)  # blocks for both workers
    pd.read_csv(rows, dtype=str).to_parquet(tmp_path / "in.parquet", index=False)
    (tmp_path / "dask").mkdir()
    here, there = tmp_path / "here.parquet", tmp_path / "there.parquet"

    def let_the_first_die() -> None:  # inside, so that it travels to the workers by value
        from scoring import on_dask

        live, somebody_died = on_dask._live, tmp_path / "died"

        def live_or_die(version: Any) -> Any:
            with suppress(FileExistsError):
                somebody_died.touch(exist_ok=False)
                os.kill(os.getpid(), signal.SIGKILL)
            return live(version)

        on_dask._live = live_or_die  # type: ignore[assignment]

    assert trained.bash("score.sh", str(tmp_path / "in.parquet"), str(here)).returncode == 0
    with running(tmp_path / "dask") as cluster, Client(cluster.address, set_as_default=False) as client:
        pids = client.run(os.getpid)
        client.run(let_the_first_die)
        done = trained.bash("score.sh", str(tmp_path / "in.parquet"), str(there), "--scheduler", cluster.address)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"{length} rows")
        assert len(set(pids.values())) == 2
        assert len(client.run(os.getpid)) == 1
    assert there.read_bytes() == here.read_bytes()


@pytest.mark.slow
def test_nothing_is_written_where_it_cannot_be_done(trained: Checkout, tmp_path: Path) -> None:
    table(trained, rows := tmp_path / "in.csv", mistakes=False)
    for name, options, message in (
        ("out.csv", ["--scheduler", "tcp://127.0.0.1:1"], "score: "),
        ("out.csv", ["--product", "nothing"], "score: "),
    ):
        done = trained.bash("score.sh", str(rows), str(tmp_path / name), *options)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith(message)
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


def test_the_ordinary_road_imports_neither_dask_nor_ipython() -> None:
    code = "import atexit, sys; from scoring.__main__ import main; atexit.register(lambda: print(*sys.modules)); main()"
    command = [sys.executable, "-c", code, "--help"]
    done = subprocess.run(command, cwd=FINAL, capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert "catboost" in imported
    assert not {"distributed", "IPython"} & imported


def test_a_file_with_the_target_is_compared(trained: Checkout, tmp_path: Path) -> None:
    raw, out = str(trained.product / "data" / "split" / "holdout.csv"), str(tmp_path / "out.csv")
    refused = trained.bash("score.sh", raw, out, "--target", "refuse")
    assert refused.returncode == 1
    assert "Survived: is the target, which is predicted; --target ignore leaves it out" in refused.stderr
    compared = trained.bash("score.sh", raw, out)
    assert compared.returncode == 0, compared.stderr
    accuracy = json.loads((trained.product / "reports" / "metrics.json").read_text())["metrics"]["accuracy"]["value"]
    assert f"accuracy {accuracy:.3f} over the 188 rows whose target is known" in compared.stderr
    assert compared.stdout.startswith("188 rows, 0 of them wrong")
