"""export_job.sh against a server on loopback that answers as Jenkins would, or not."""

import base64
import os
import subprocess
from pathlib import Path

import pytest

from lab2.jenkins.tests.support.stub_server import stub

JENKINS = Path(__file__).resolve().parents[2]
DEFINITION = (JENKINS / "job.expected.xml").read_bytes()


def export(url: str, tmp_path: Path, job: str = "lab2-weather") -> subprocess.CompletedProcess[str]:
    (tmp_path / "token").write_text("anna:s3cret-token\n")
    env = os.environ | {"JENKINS_URL": url, "JENKINS_TOKEN_FILE": str(tmp_path / "token")}
    command = ["bash", str(JENKINS / "export_job.sh"), job, str(tmp_path / "job.xml")]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_a_definition_is_saved_byte_for_byte(tmp_path: Path) -> None:
    with stub(body=DEFINITION) as jenkins:
        done = export(jenkins.url, tmp_path, "folder/lab2 weather")
    assert done.returncode == 0, done.stderr
    assert jenkins.paths == ["/job/folder/job/lab2%20weather/config.xml"]
    assert jenkins.authorizations == ["Basic " + base64.b64encode(b"anna:s3cret-token").decode()]
    assert (tmp_path / "job.xml").read_bytes() == DEFINITION
    assert "s3cret" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, b"", "did not return job 'lab2-weather'"),
        (401, b"", "did not return job 'lab2-weather'"),
        (200, b"<html>please log in</html>", "is not a job definition"),
        (200, b"", "is not a job definition"),
    ],
)
def test_any_other_answer_keeps_the_saved_file(status: int, body: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "job.xml").write_text("an earlier definition")
    with stub(status=status, body=body) as jenkins:
        done = export(jenkins.url, tmp_path)
    assert done.returncode == 1
    assert words in done.stderr
    assert "s3cret" not in done.stderr
    assert (tmp_path / "job.xml").read_text() == "an earlier definition"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["job.xml", "token"]


def test_without_a_token_no_request_is_made(tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if k != "JENKINS_TOKEN_FILE"}
    command = ["bash", str(JENKINS / "export_job.sh"), "lab2-weather", str(tmp_path / "job.xml")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "set JENKINS_TOKEN_FILE to a file with USER:API-TOKEN" in done.stderr
