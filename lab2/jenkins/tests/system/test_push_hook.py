"""A push to a bare repository made by setup.sh: Jenkins is notified, and a server in trouble never fails a push."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from lab2.jenkins.tests.support.stub_server import stub

JENKINS = Path(__file__).resolve().parents[2]
CLONE_URL = "file:///srv/git/repository.git"


def git(at: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    options = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false", "-C", str(at)]
    return subprocess.run(["git", *options, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    made = tmp_path / "bare repository.git"
    folders = ["--repository", made, "--secrets", tmp_path / "sec rets"]
    subprocess.run(["bash", str(JENKINS / "setup.sh"), *map(str, folders)], check=True, capture_output=True)
    return made


def push(bare: Path, tmp_path: Path) -> tuple[subprocess.CompletedProcess[str], float]:
    """Pushes a new commit; the push must have arrived, whatever happened to the hook."""
    work = tmp_path / "work"
    if not work.exists():
        subprocess.run(["git", "init", "-q", "-b", "main", str(work)], check=True)
    git(work, "commit", "-q", "--allow-empty", "-m", "c")
    start = time.monotonic()
    done = git(work, "push", str(bare), "main")
    seconds = time.monotonic() - start
    assert done.returncode == 0, done.stderr
    assert git(bare, "rev-parse", "main").stdout == git(work, "rev-parse", "main").stdout
    return done, seconds


def test_a_push_notifies_jenkins_with_the_clone_url_and_the_token(bare: Path, tmp_path: Path) -> None:
    token = (tmp_path / "sec rets/push_token").read_text()
    with stub() as jenkins:
        git(bare, "config", "jenkins.url", jenkins.url)
        done, _ = push(bare, tmp_path)
    assert len(jenkins.paths) == 1
    request = urlsplit(jenkins.paths[0])
    assert request.path == "/git/notifyCommit"
    assert parse_qs(request.query) == {"url": [CLONE_URL], "token": [token]}
    assert "Jenkins was notified of the push" in done.stderr
    assert token not in done.stderr


def test_a_refusal_is_reported_and_the_push_succeeds(bare: Path, tmp_path: Path) -> None:
    with stub(status=403) as jenkins:
        git(bare, "config", "jenkins.url", jenkins.url)
        done, _ = push(bare, tmp_path)
    assert "Jenkins was NOT notified of the push" in done.stderr
    assert "403" in done.stderr
    assert (tmp_path / "sec rets/push_token").read_text() not in done.stderr


def test_a_dead_server_is_reported_and_the_push_succeeds(bare: Path, tmp_path: Path) -> None:
    with socket.socket() as held:  # bound but not listening: nobody else can take the port
        held.bind(("127.0.0.1", 0))
        git(bare, "config", "jenkins.url", f"http://127.0.0.1:{held.getsockname()[1]}/")
        done, seconds = push(bare, tmp_path)
    assert "Jenkins was NOT notified of the push" in done.stderr
    assert seconds < 10


def test_a_hanging_server_costs_seconds_and_the_push_succeeds(bare: Path, tmp_path: Path) -> None:
    with stub(hang=True) as jenkins:
        git(bare, "config", "jenkins.url", jenkins.url)
        done, seconds = push(bare, tmp_path)
    assert jenkins.paths
    assert "Jenkins was NOT notified of the push" in done.stderr
    assert seconds < 15


@pytest.mark.parametrize("setting", ["jenkins.url", "jenkins.cloneUrl", "jenkins.tokenFile"])
def test_a_missing_setting_is_named_and_the_push_succeeds(setting: str, bare: Path, tmp_path: Path) -> None:
    git(bare, "config", "--unset", setting)
    done, _ = push(bare, tmp_path)
    assert f"git config {setting} is not set" in done.stderr


def test_a_missing_token_or_curl_is_reported_and_the_push_succeeds(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "sec rets/push_token").unlink()
    done, _ = push(bare, tmp_path)
    assert "cannot read" in done.stderr

    hook = bare / "hooks/post-receive"
    empty = tmp_path / "empty"
    empty.mkdir()
    for program in ("bash", "cat", "git", "tr"):
        (empty / program).symlink_to(shutil.which(program) or program)
    (tmp_path / "sec rets/push_token").write_text("t")
    env = os.environ | {"PATH": str(empty), "GIT_DIR": str(bare)}
    without_curl = subprocess.run(
        [str(empty / "bash"), str(hook)], env=env, input="", capture_output=True, text=True, check=False
    )
    assert without_curl.returncode == 0
    assert "Jenkins was NOT notified of the push" in without_curl.stdout
    assert "curl" in without_curl.stdout
