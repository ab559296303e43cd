"""test.sh: no check's failure gets lost, and pytest's summary is the last line."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

GOOD = "def test_nothing() -> None:\n    assert True\n"
NEEDS_DOCKER = "import pytest\n\n\n@pytest.mark.docker\ndef test_docker() -> None:\n    assert True\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, copy_repository: Callable[[Path], Path]) -> Path:
    """A small repository with the real root: one test, nothing else to check."""
    root = copy_repository(tmp_path_factory.mktemp("root") / "a checkout")
    for folder in ("lab1", "lab2", "lab3", "lab4", "lab5", "final"):
        subprocess.run(["git", "rm", "-rqf", "--ignore-unmatch", folder], cwd=root, check=True)
    for test in (root / "tests").glob("test_*.py"):
        test.unlink()
    (root / "tests" / "test_good.py").write_text(GOOD)
    return root


def run(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(root / "test.sh"), "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        command,
        cwd="/",
        env={**os.environ, "REQUIRE": "", **environment},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_all_good_is_zero_and_ends_with_the_summary(checkout: Path) -> None:
    done = run(checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 1 passed in " in f" {done.stdout.splitlines()[-1]}"


@pytest.mark.parametrize(
    ("name", "content", "check"),
    [
        ("tests/bad_lint.py", "import os\n", "ruff check"),
        ("tests/bad_format.py", "x   =  1\n", "ruff format"),
        ("tests/bad_types.py", 'X: int = "no"\n', "mypy --no-error-summary"),
        ("bad.sh", "#!/usr/bin/env bash\necho $1\n", "shellcheck -x"),
    ],
)
def test_a_failed_check_fails_all_though_the_tests_pass(checkout: Path, name: str, content: str, check: str) -> None:
    file = checkout / name
    file.write_text(content)
    try:
        done = run(checkout)
    finally:
        file.unlink()
    assert done.returncode == 1
    assert f"test.sh: FAILED before the tests: {check}" in done.stdout
    assert "1 passed" in done.stdout.splitlines()[-1]


def test_a_failed_test_fails_all(checkout: Path) -> None:
    file = checkout / "tests" / "test_bad.py"
    file.write_text(GOOD.replace("assert True", "assert False"))
    try:
        done = run(checkout)
    finally:
        file.unlink()
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout.splitlines()[-1]


def test_a_missing_tool_skips_and_fails_where_it_is_required(checkout: Path) -> None:
    file = checkout / "tests" / "test_tool.py"
    file.write_text(NEEDS_DOCKER)
    nowhere = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}
    try:
        skipped = run(checkout, **nowhere)
        required = run(checkout, **nowhere, REQUIRE="docker")
    finally:
        file.unlink()
    assert skipped.returncode == 0
    assert "1 passed, 1 skipped" in skipped.stdout.splitlines()[-1]
    assert required.returncode == 1
    assert "REQUIRE says docker" in required.stdout


def test_checks_alone_run_no_test_and_keep_the_exit_code(checkout: Path) -> None:
    file = checkout / "tests" / "bad_lint.py"
    command = ["bash", str(checkout / "test.sh"), "--checks"]
    codes = []
    for content in ("", "import os\n"):
        file.write_text(content)
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
        assert "passed" not in done.stdout
        codes.append(done.returncode)
    file.unlink()
    assert codes == [0, 1]


def test_requiring_what_nobody_knows_is_an_error(checkout: Path) -> None:
    done = run(checkout, REQUIRE="dokcer")
    assert done.returncode not in (0, 1)
    assert "REQUIRE names ['dokcer']" in done.stdout + done.stderr


def test_ci_calls_test_sh_with_every_tool_required() -> None:
    from conftest import TOOLS

    text = (Path(__file__).resolve().parents[1] / ".ci" / "run").read_text()
    assert "exec bash test.sh" in text
    assert f'REQUIRE="{" ".join(TOOLS)}"' in text
