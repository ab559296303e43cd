"""test.sh: no check's failure gets lost, and pytest's summary is the last line."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from tests.support.servers import until

ROOT = Path(__file__).resolve().parents[2]
BAD = {
    "bad.sh": "#!/usr/bin/env bash\necho $1\n",
    "tests/bad_lint.py": "import os\n",
    "tests/bad_format.py": "x   =  1\n",
    "tests/bad_types.py": 'X: int = "no"\n',
}
GOOD = "def test_nothing() -> None:\n    assert True\n"
SLOW = "import pytest\n\n\n@pytest.mark.slow\ndef test_long_run() -> None:\n    assert True\n"
# It starts something, and takes it down in more time than execnet gives to a worker.
BUSY = """import subprocess
import time
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def server():
    Path("started").touch()
    yield
    time.sleep(20)
    Path("taken down").touch()


def test_it(server):
    subprocess.run(["sleep", "600"], check=True)
"""
NEEDS_DOCKER = "import pytest\n\n\n@pytest.mark.docker\ndef test_docker() -> None:\n    assert True\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, copy_repository: Callable[[Path], Path]) -> Path:
    """A small repository with the real root: one test, nothing else to check."""
    root = copy_repository(tmp_path_factory.mktemp("root") / "a checkout")
    for folder in ("lab1", "lab2", "lab3", "lab4", "lab5", "final"):
        subprocess.run(["git", "rm", "-rqf", "--ignore-unmatch", folder], cwd=root, check=True)
    for test in (root / "tests").glob("*/test_*.py"):
        test.unlink()
    (root / "tests" / "unit" / "test_good.py").write_text(GOOD)
    return root


@contextmanager
def added(root: Path, name: str, content: str) -> Iterator[None]:
    """A file that is there during the block."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(content)
    try:
        yield
    finally:
        (root / name).unlink()


def run(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(root / "test.sh"), *arguments]
    if not arguments or arguments[0] not in ("--checks", "--help"):
        command.append("-n0")  # two tests need no workers, whose start takes seconds
    return subprocess.run(
        command,
        cwd="/",
        env={**os.environ, "REQUIRE": "", "MYPY_CACHE_DIR": str(ROOT / ".mypy_cache"), **environment},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def passed(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Which tests passed, of a run with -v."""
    return set(re.findall(r"::test_(\w+) PASSED", done.stdout))


@pytest.fixture
def tiers(checkout: Path) -> Iterator[None]:
    """A test in each of the other tiers too."""
    through_bash, real_tool = (GOOD.replace("nothing", name) for name in ("through_bash", "real_tool"))
    with (
        added(checkout, "tests/pipeline/test_bash.py", through_bash),
        added(checkout, "tests/pipeline/test_slow.py", SLOW),
        added(checkout, "tests/system/test_tool.py", real_tool),
    ):
        yield


@pytest.mark.usefixtures("tiers")
def test_all_good_is_zero_and_ends_with_the_summary_of_two_tiers(checkout: Path) -> None:
    done = run(checkout, "-v")
    assert done.returncode == 0, done.stdout + done.stderr
    assert passed(done) == {"nothing", "through_bash"}
    assert "left out: tests marked slow; bash test.sh --slow runs them too" in done.stdout
    assert " 2 passed, 1 deselected in " in f" {done.stdout.splitlines()[-1]}"


def test_every_failed_check_is_named_and_fails_all_though_the_tests_pass(checkout: Path) -> None:
    with ExitStack() as stack:
        for name, content in BAD.items():
            stack.enter_context(added(checkout, name, content))
        done, checks = run(checkout), run(checkout, "--checks")
    assert (done.returncode, checks.returncode) == (1, 1)
    for check in ("shellcheck -x", "ruff check", "ruff format", "mypy --no-error-summary"):
        assert f"test.sh: FAILED before the tests: {check}" in done.stdout
    assert "1 passed" in done.stdout.splitlines()[-1]
    assert "passed" not in checks.stdout


def test_a_failed_test_fails_all(checkout: Path) -> None:
    with added(checkout, "tests/unit/test_bad.py", GOOD.replace("assert True", "assert False")):
        done = run(checkout, "unit")
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout.splitlines()[-1]


@pytest.mark.usefixtures("tiers")
@pytest.mark.parametrize(
    ("words", "tests"),
    [
        (["unit"], {"nothing"}),
        (["pipeline"], {"through_bash", "long_run"}),
        (["--slow"], {"nothing", "through_bash", "long_run"}),
        (["tests/pipeline"], {"through_bash", "long_run"}),
        (["system"], {"real_tool"}),
        (["--all"], {"nothing", "through_bash", "long_run", "real_tool"}),
        (["tests/system"], {"real_tool"}),
        (["unit", "-k", "nothing"], {"nothing"}),
    ],
    ids=lambda words: " ".join(sorted(words)),  # a set has another order in each process
)
def test_a_tier_is_chosen_by_its_word_or_its_path(checkout: Path, words: list[str], tests: set[str]) -> None:
    done = run(checkout, *words, "-v")
    assert done.returncode == 0, done.stdout + done.stderr
    assert passed(done) == tests


def test_a_missing_tool_skips_and_fails_where_it_is_required(checkout: Path) -> None:
    nowhere = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}
    with added(checkout, "tests/system/test_tool.py", NEEDS_DOCKER):
        skipped = run(checkout, "system", **nowhere)
        required = run(checkout, "system", **nowhere, REQUIRE="docker")
    assert skipped.returncode == 0
    assert "1 skipped" in skipped.stdout.splitlines()[-1]
    assert required.returncode == 1
    assert "REQUIRE says docker" in required.stdout


def test_a_test_in_no_tier_is_an_error_that_says_so(checkout: Path) -> None:
    with added(checkout, "tests/test_lost.py", GOOD):
        done = run(checkout, "unit")
    assert done.returncode != 0
    assert "tests/test_lost.py: is in no tier; move it into tests/unit, tests/pipeline or tests/system" in done.stdout


def test_help_names_the_tiers(checkout: Path) -> None:
    done = run(checkout, "--help")
    assert done.returncode == 0
    assert "bash test.sh [unit|pipeline|system|--slow|--all|--checks|--coverage]" in done.stdout


def test_requiring_what_nobody_knows_is_an_error(checkout: Path) -> None:
    done = run(checkout, "unit", REQUIRE="dokcer")
    assert done.returncode not in (0, 1)
    assert "REQUIRE names ['dokcer']" in done.stdout + done.stderr


def test_ci_calls_test_sh_with_every_tool_required() -> None:
    from conftest import TOOLS

    text = (ROOT / ".ci" / "run").read_text()
    assert "exec bash test.sh --all" in text
    assert f'REQUIRE="{" ".join(TOOLS)}"' in text


@pytest.mark.slow
@pytest.mark.parametrize("everybody", [True, False], ids=["all processes", "pytest alone"])
def test_a_run_that_is_asked_to_end_takes_down_what_its_tests_started(checkout: Path, everybody: bool) -> None:
    command = ["bash", str(checkout / "test.sh"), "system", "-n1"]
    started, down = checkout / "started", checkout / "taken down"
    with added(checkout, "tests/system/test_busy.py", BUSY):
        run = subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            until(started.exists, seconds=120)
            if everybody:
                os.killpg(run.pid, signal.SIGTERM)
            else:
                (pytest_process,) = psutil.Process(run.pid).children()
                pytest_process.terminate()
            until(down.exists, seconds=120)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            for file in (started, down):
                file.unlink(missing_ok=True)
