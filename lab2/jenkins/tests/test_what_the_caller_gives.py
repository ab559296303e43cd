"""Parameters, stage filter, branch, credentials, and the memory from build to build."""

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
SECRETS = {"LENT_TOKEN": "it's-5ecret $TOKEN", "LENT_USER": "anna", "LENT_PASSWORD": "pass'w\"ord!"}

pytestmark = pytest.mark.groovy


def test_parameters_have_defaults(run: Run, jenkinsfiles: Path, scratch: list[object]) -> None:
    done = run(jenkinsfiles / "parameters.Jenkinsfile", *scratch)
    assert done.returncode == 0
    assert "first: nobody small false" in done.stdout
    assert 'Stage "inside" skipped due to when conditional' in done.stdout


def test_parameters_branch_and_stages_are_the_callers(run: Run, jenkinsfiles: Path, scratch: list[object]) -> None:
    given = ["--param", "WHO=anna b", "--param", "LOUD=true", "--param", "SIZE=large", "--branch", "feature/x"]
    done = run(jenkinsfiles / "parameters.Jenkinsfile", *scratch, *given, "--stage", "inside", "--stage", "last")
    assert done.returncode == 0
    assert "inside: ANNA B on feature/x" in done.stdout
    assert "first: anna" not in done.stdout
    assert "  first: not chosen" in done.stdout
    assert "  last: SUCCESS" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--param", "NOBODY=1"], "--param [NOBODY]: the file declares [WHO, SIZE, LOUD]"),
        (["--param", "SIZE=huge"], "--param SIZE=huge: one of [small, large]"),
        (["--stage", "middle"], "--stage [middle]: the file has the stages [first, around, inside, last]"),
        (["--credential", "x=text:NOT_SET_AT_ALL"], "--credential x: the variable 'NOT_SET_AT_ALL' is not set"),
        (["/no/such/Jenkinsfile"], "there is no file /no/such/Jenkinsfile"),
    ],
)
def test_a_callers_mistake_is_one_line(
    arguments: list[str], words: str, run: Run, jenkinsfiles: Path, scratch: list[object]
) -> None:
    done = run(jenkinsfiles / "parameters.Jenkinsfile", *scratch, *arguments)
    assert done.returncode == 64
    assert done.stderr.startswith(f"run.sh: {words}")
    assert done.stderr.count("\n") == 1
    assert "first:" not in done.stdout


def test_credentials_reach_the_steps_and_never_the_output(
    run: Run, jenkinsfiles: Path, scratch: list[object], tmp_path: Path
) -> None:
    key = tmp_path / "key.pem"
    key.write_text("-----BEGIN-----\nline-one-of-the-key\nline-two-of-the-key\n")
    lent = ["token=text:LENT_TOKEN", "login=userpass:LENT_USER:LENT_PASSWORD", f"key=file:{key}"]
    options = [a for c in lent for a in ("--credential", c)]
    done = run(jenkinsfiles / "credentials.Jenkinsfile", *scratch, *options, **SECRETS)
    assert done.returncode == 0, done.stdout

    workspace = tmp_path / "work space"
    assert (workspace / "token.seen").read_text() == SECRETS["LENT_TOKEN"]
    assert (workspace / "login.seen").read_text() == "anna:pass'w\"ord! anna pass'w\"ord!"

    log = next(tmp_path.glob("builds/*/1/log")).read_text()
    for output in (done.stdout, done.stderr, log):
        for secret in ("5ecret", 'w"ord', "line-one", "line-two"):
            assert secret not in output
    assert "token is ****" in done.stdout
    assert "interpolated ****" in done.stdout
    assert "as anna with ****" in done.stdout
    assert "anna has ****" in done.stdout
    # only where they are bound, and never by the caller's own variable
    assert "outside: unset unset unset" in done.stdout
    assert "afterwards: unset unset" in done.stdout


def test_builds_remember_the_one_before_and_a_red_one_keeps_its_artifact(
    run: Run, jenkinsfiles: Path, scratch: list[object], tmp_path: Path
) -> None:
    file = jenkinsfiles / "history.Jenkinsfile"
    said = []
    for broken in (False, True, False):
        flag = tmp_path / "work space/broken"
        if broken:
            flag.touch()
        else:
            flag.unlink(missing_ok=True)
        done = run(file, *scratch)
        said.append([w for w in ("changed", "fixed", "regression") if f"[post] {w}" in done.stdout])
        if broken:
            kept = tmp_path / "builds/history.Jenkinsfile/1/archive/model.txt"
            assert kept.read_text() == "made by build 1"
            assert not (tmp_path / "builds/history.Jenkinsfile/2/archive").exists()
    assert said == [["changed"], ["changed", "regression"], ["changed", "fixed"]]
    # numToKeepStr: '2'
    assert sorted(p.name for p in (tmp_path / "builds/history.Jenkinsfile").iterdir()) == ["2", "3"]


def test_builds_of_one_job_wait_for_each_other_where_the_file_says_so(
    run: Run, jenkinsfiles: Path, scratch: list[object]
) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: run(jenkinsfiles / "one_at_a_time.Jenkinsfile", *scratch), range(2)))
    assert [done.returncode for done in both] == [0, 0], both[0].stdout + both[1].stdout
    assert sorted(word for done in both for word in ("#1", "#2") if word in done.stdout) == ["#1", "#2"]
