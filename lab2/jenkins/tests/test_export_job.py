"""export_job.sh against a stand-in server; and job.xml agrees with jobs.groovy and the Jenkinsfile."""

import base64
import os
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lab2.jenkins.tests.stub_server import stub

JENKINS = Path(__file__).resolve().parents[1]
DEFINITION = (JENKINS / "job.xml").read_bytes()


def export(url: str, tmp_path: Path, job: str = "lab2-weather") -> subprocess.CompletedProcess[str]:
    (tmp_path / "token").write_text("anna:s3cret-token\n")
    env = os.environ | {"JENKINS_URL": url, "JENKINS_TOKEN_FILE": str(tmp_path / "token")}
    command = ["bash", str(JENKINS / "export_job.sh"), job, str(tmp_path / "job.xml")]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_a_definition_is_saved_as_the_server_gives_it(tmp_path: Path) -> None:
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
        (404, b"", "has not given job 'lab2-weather'"),
        (401, b"", "has not given job 'lab2-weather'"),
        (200, b"<html>please log in</html>", "is no job definition"),
        (200, b"", "is no job definition"),
    ],
)
def test_anything_else_leaves_the_saved_one_alone(status: int, body: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "job.xml").write_text("the one before")
    with stub(status=status, body=body) as jenkins:
        done = export(jenkins.url, tmp_path)
    assert done.returncode == 1
    assert words in done.stderr
    assert "s3cret" not in done.stderr
    assert (tmp_path / "job.xml").read_text() == "the one before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["job.xml", "token"]


def test_without_a_token_nothing_is_asked(tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if k != "JENKINS_TOKEN_FILE"}
    command = ["bash", str(JENKINS / "export_job.sh"), "lab2-weather", str(tmp_path / "job.xml")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "set JENKINS_TOKEN_FILE to a file with USER:API-TOKEN" in done.stderr


def test_the_definition_in_the_repository_is_that_of_jobs_groovy_and_the_jenkinsfile() -> None:
    # Jenkins writes XML 1.1, which Python's parser does not take
    job = ElementTree.fromstring(DEFINITION.replace(b"version='1.1'", b"version='1.0'"))
    jobs = (JENKINS / "jobs.groovy").read_text()
    jenkinsfile = (JENKINS.parent / "Jenkinsfile").read_text()

    assert f"scriptPath('{job.findtext('definition/scriptPath')}')" in jobs
    assert job.findtext(".//hudson.plugins.git.UserRemoteConfig/url") in re.findall(r"'(file:[^']*)'", jobs)
    assert f"branch('{job.findtext('.//hudson.plugins.git.BranchSpec/name')}')" in jobs
    assert job.findtext(".//hudson.triggers.SCMTrigger/spec") == ""
    assert "pollSCM('')" in jenkinsfile

    declared = re.findall(r"string\(name: '(\w+)', defaultValue: '(.*?)', description: '(.*?)'", jenkinsfile)
    saved = [
        tuple(p.findtext(key) or "" for key in ("name", "defaultValue", "description"))
        for p in job.iter("hudson.model.StringParameterDefinition")
    ]
    assert saved == declared
    assert f"numToKeepStr: '{job.findtext('.//numToKeep')}'" in jenkinsfile
    assert f"artifactNumToKeepStr: '{job.findtext('.//artifactNumToKeep')}'" in jenkinsfile
