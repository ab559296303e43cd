"""A file in good/ or red/ says first how its build must end, what it must say, in this order, and what never;
one in bad/ says why it is refused."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

FILES = Path(__file__).parent / "jenkinsfiles"
GOOD = sorted(FILES.glob("good/*")) + sorted(FILES.glob("red/*"))
BAD = sorted(FILES.glob("bad/*"))
EXIT = {"SUCCESS": 0, "UNSTABLE": 2, "FAILURE": 1, "ABORTED": 1}
Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.groovy


def told(file: Path, word: str) -> list[str]:
    return re.findall(rf"^// {word}: (.*)$", file.read_text(), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def builds(run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], Path, int]:
    """The log of every file of good/ and red/, their common workspace, and the exit code of the one call."""
    tmp = tmp_path_factory.mktemp("builds")
    (tmp / "workspace").mkdir()
    done = run(*GOOD, "--workspace", tmp / "workspace", "--builds", tmp / "builds", "--branch", "main")
    logs = re.findall(r"^Build (\S+) #1 .*?^Finished: \w+$", done.stdout, flags=re.MULTILINE | re.DOTALL)
    texts = re.split(r"^(?=Build \S+ #1 )", done.stdout, flags=re.MULTILINE)[1:]
    assert len(texts) == len(GOOD), done.stdout + done.stderr
    return dict(zip(logs, texts, strict=True)), tmp, done.returncode


@pytest.mark.parametrize("file", GOOD, ids=lambda f: f"{f.parent.name}-{f.stem}")
def test_a_build_ends_and_says_as_its_file_tells(file: Path, builds: tuple[dict[str, str], Path, int]) -> None:
    log = builds[0][file.name]
    assert log.rstrip().endswith(f"Finished: {told(file, 'result')[0]}")
    at = 0
    for words in told(file, "says"):
        assert words in log[at:], f"{words!r} is not in its place of\n{log}"
        at = log.index(words, at) + len(words)
    for words in told(file, "never"):
        assert words not in log


def test_several_files_exit_with_the_worst(builds: tuple[dict[str, str], Path, int]) -> None:
    assert builds[2] == 1


def test_what_a_timeout_ends_leaves_no_process(builds: tuple[dict[str, str], Path, int]) -> None:
    pid = int((builds[1] / "workspace/hanging.pid").read_text())
    status = Path(f"/proc/{pid}/stat")
    assert not status.exists() or status.read_text().split()[2] == "Z"


def test_artifacts_and_the_log_are_kept_with_the_build(builds: tuple[dict[str, str], Path, int]) -> None:
    folder = builds[1] / "builds/steps.Jenkinsfile/1"
    assert (folder / "archive/out/a.txt").read_text() == "text"
    assert (folder / "result").read_text() == "SUCCESS"
    assert (folder / "log").read_text() == builds[0]["steps.Jenkinsfile"]


@pytest.mark.parametrize("name", ["good/steps", "red/failing_test", "red/failing_stage"])
def test_the_exit_code_is_the_results(name: str, run: Run, scratch: list[object]) -> None:
    file = FILES / f"{name}.Jenkinsfile"
    assert run(file, *scratch).returncode == EXIT[told(file, "result")[0]]


@pytest.fixture(scope="module")
def refusals(run: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    tmp = tmp_path_factory.mktemp("refused")
    (tmp / "workspace").mkdir()
    done = run(*BAD, "--workspace", tmp / "workspace", "--builds", tmp / "builds")
    assert done.returncode == 1
    assert "nothing must run" not in done.stdout
    assert not (tmp / "builds").exists()
    assert "\tat " not in done.stderr
    return done.stdout


@pytest.mark.parametrize("file", BAD, ids=lambda f: f.stem)
def test_what_the_runner_does_not_know_is_refused_by_name_and_line(file: Path, refusals: str) -> None:
    assert f"{file}: {told(file, 'refused')[0]}" in refusals
    assert f"Finished: FAILURE ({file} was refused, nothing ran)" in refusals


def test_ending_the_runner_ends_what_it_started(scratch: list[object], tmp_path: Path) -> None:
    script = FILES.parents[1] / "run.sh"
    command = ["bash", str(script), str(FILES / "slow.Jenkinsfile"), *map(str, scratch)]
    runner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert runner.stdout is not None
    for line in runner.stdout:
        if "exec sleep" in line or "+ exec" in line:
            break
    runner.terminate()
    runner.wait(20)
    pid = int((tmp_path / "work space/slow.pid").read_text())
    status = Path(f"/proc/{pid}/stat")
    assert not status.exists() or status.read_text().split()[2] == "Z"
