"""A search of settings: on the training part alone, resumed where it was killed, by Dask where there is a scheduler."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core.base.errors import UserError
from core.model.model import ProductModel
from core.model.training import fit
from core.search.search import search
from core.search.workers import WorkerError, workers
from core.spec.estimator import Model
from core.spec.yaml_file import load
from core.table import typed
from tests.support.checkout import Checkout
from tests.support.scheduler_file import address

QUICK = (
    ("iterations: 1000", "iterations: 15"),
    ("learning_rate: 0.03", "l2_leaf_reg: 3"),
    ("max_ece: 0.15", "max_ece: 1"),
)
LOW = (
    ("floor: 0.75", "floor: 0.5"),
    ("above_baseline: 0.05", "above_baseline: 0\n  beside_linear: 0"),
    ("{Sex: 0.65, Pclass: 0.6}", "{}"),
)


def ask_for(checkout: Checkout, trials: int) -> None:
    """product.yaml leaves learning_rate and one_hot_max_size open, and lets any model through."""
    checkout.edit(*QUICK, *LOW, ("  estimator: catboost\n", f"  estimator: catboost\n  search: {trials}\n"))


def found(checkout: Checkout) -> dict[str, Any]:
    tried: dict[str, Any] = json.loads((checkout.product / "reports" / "metrics.json").read_bytes())["search"]
    return tried


def alone(checkout: Checkout, journal: Path) -> tuple[Any, dict[str, Any]]:
    """The same search in one go, from the training and validation rows and nothing else."""
    product = load(str(checkout.product))
    parts = [
        typed.read(checkout.product / "data" / "split" / f"{name}.csv", product)[0] for name in ("train", "validation")
    ]
    settings, tried = search(product, parts[0], parts[1], journal, lambda line: None)
    return fit(product.contract, settings, parts).model, tried


def test_a_search_that_was_killed_goes_on_and_its_best_is_trained_and_reported(
    checkout: Checkout, tmp_path: Path
) -> None:
    ask_for(checkout, 500)
    journal = checkout.product / "search" / "trials.log"
    checkout.kill_when(lambda process: finished(journal) >= 2)
    known = finished(journal)
    wanted = known + 2
    assert 2 <= known < 500
    with journal.open("ab") as file:
        file.write(b'{"op_code":5,"wor')  # as where the kill came in the middle of a line
    checkout.edit(("search: 500", f"search: {wanted}"))
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert f"search: {known} trials are kept from earlier, 2 to go" in done.stderr
    assert re.findall(rf"^trial (\d+) of {wanted}: ", done.stderr, re.M) == [str(known + 1), str(wanted)]

    tried = found(checkout)
    losses = [trial["loss"] for trial in tried["trials"]]
    settings = [trial["settings"] for trial in tried["trials"]]
    assert losses[tried["best"]] == min(losses)
    assert settings[0] == {}
    assert all(one.keys() == {"learning_rate", "one_hot_max_size"} for one in settings[1:])
    # a search that nobody killed tries the same, and makes the same model
    model, unbroken = alone(checkout, tmp_path / "trials.log")
    assert [trial["settings"] for trial in unbroken["trials"]] == settings
    rows, _ = typed.read(checkout.product / "data" / "split" / "holdout.csv", load(str(checkout.product)))
    assert ProductModel.load(checkout.product / "model").scores(rows).tolist() == model.scores(rows).tolist()
    report = (checkout.product / "reports" / "report.html").read_text()
    assert f'data-key="search.trials.{tried["best"]}.loss"' in report
    assert "Trials of the search" in report


def finished(journal: Path) -> int:
    return journal.read_text().count('"state":1') if journal.exists() else 0


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    """Address of a Dask scheduler of the test's own."""
    about = folder / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(about)]
    with running([sys.executable, "-m", "distributed.cli.dask_scheduler", *options]):
        yield address(about)


@contextmanager
def running(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.slow
def test_workers_of_a_scheduler_do_the_trials_if_they_have_this_code(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import distributed

    ask_for(checkout, 3)
    final = checkout.root / "final"
    with scheduler(tmp_path) as address, running(["bash", str(final / "worker.sh"), address, "--no-dashboard"]):
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", address)
        done = checkout.bash("pipeline.sh")
        assert done.returncode == 0, done.stderr
        with distributed.Client(address, set_as_default=False) as client:
            did = client.run(lambda dask_worker: dask_worker.state.executed_count)
        assert sum(did.values()) >= 3
        assert len(found(checkout)["trials"]) == 3

        edited = final / "core" / "base" / "errors.py"
        edited.write_text("# edited\n" + edited.read_text())
        program = "from core.search.workers import workers\nwith workers(): print('used')"
        again = subprocess.run([sys.executable, "-c", program], cwd=final, capture_output=True, text=True, check=False)
        assert again.stdout == ""
        assert f"other code at {next(iter(did))}: start them from this commit: bash final/worker.sh" in again.stderr


def test_a_scheduler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:9")
    with pytest.raises(WorkerError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"), workers(patience=1):
        pass


def test_a_search_with_nothing_left_open_is_refused(tmp_path: Path) -> None:
    product = load("titanic")
    given = {"estimator": "catboost", "depth": 3, "l2_leaf_reg": 3, "learning_rate": 0.1, "one_hot_max_size": 5}
    asked = product.model_copy(update={"model": Model(search=3, **given)})  # type: ignore[arg-type]
    with pytest.raises(UserError, match=r"model\.search: every setting of catboost is given"):
        search(asked, pd.DataFrame(), pd.DataFrame(), tmp_path / "trials.log", print)
