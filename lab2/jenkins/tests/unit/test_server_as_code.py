"""The server's files, as far as they can be checked without a server."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from ruamel.yaml import YAML

from lab2.jenkins.tests.support.known_keys import CASC_KEYS, JOB_DSL
from tests.support.jenkinsfiles import jenkinsfiles

JENKINS = Path(__file__).resolve().parents[2]
# The plugins that the server always needs, and those of single options, triggers and steps.
PLUGINS_ALWAYS = {"workflow-aggregator", "configuration-as-code", "job-dsl", "ssh-slaves"}
PLUGIN_OF = {"timestamps": "timestamper", "pollSCM": "git", "junit": "junit"}


def load(name: str) -> Any:
    return YAML(typ="safe").load(JENKINS / name)


def keys(value: object, path: str = "") -> list[tuple[str, str]]:
    """Every (path, key) of a YAML tree; lists add nothing to the path."""
    if isinstance(value, list):
        return [pair for item in value for pair in keys(item, path)]
    if not isinstance(value, dict):
        return []
    below = [pair for key, item in value.items() for pair in keys(item, f"{path}.{key}".lstrip("."))]
    return [(path, key) for key in value] + below


@pytest.fixture(scope="module")
def casc() -> Any:
    return load("casc/jenkins.yaml")


def test_casc_has_only_documented_keys(casc: Any) -> None:
    documented = {(path, key) for path, names in CASC_KEYS.items() for key in names.split()}
    assert set(keys(casc)) - documented == set()


def test_no_anonymous_access_no_password_in_the_file_and_no_build_on_the_controller(casc: Any) -> None:
    assert casc["jenkins"]["authorizationStrategy"] == {"loggedInUsersCanDoAnything": {"allowAnonymousRead": False}}
    assert casc["jenkins"]["securityRealm"]["local"]["allowsSignup"] is False
    assert casc["jenkins"]["numExecutors"] == 0
    users = casc["jenkins"]["securityRealm"]["local"]["users"]
    key = casc["credentials"]["system"]["domainCredentials"][0]["credentials"][0]["basicSSHUserPrivateKey"]
    for secret in [*(user["password"] for user in users), key["privateKeySource"]["directEntry"]["privateKey"]]:
        assert re.fullmatch(r"(\$\{trim:)?\$\{readFile:/run/secrets/[a-z_.]+\}\}?", secret)


def test_names_agree_between_casc_compose_images_and_jenkinsfiles(casc: Any) -> None:
    services = load("compose.yaml")["services"]
    agent = casc["jenkins"]["nodes"][0]["permanent"]
    assert agent["launcher"]["ssh"]["host"] in services
    secrets = set(re.findall(r"/run/secrets/([a-z_.]+)\}", (JENKINS / "casc/jenkins.yaml").read_text()))
    assert secrets | {"push_token"} == set(services["controller"]["secrets"])
    for service in ("agent", "docker"):
        assert f"agent-work:{agent['remoteFS']}" in services[service]["volumes"]
    dockerfile = (JENKINS / "controller/Dockerfile").read_text()
    assert "CASC_JENKINS_CONFIG=/usr/share/casc/jenkins.yaml" in dockerfile
    assert casc["jobs"] == [{"file": "/usr/share/casc/jobs.groovy"}]
    assert "CASC_STRICT_SECRET_RESOLUTION=true" in dockerfile
    for file in jenkinsfiles():
        assert set(re.findall(r"label '([^']+)'", file.read_text())) <= set(agent["labelString"].split())


def test_job_dsl_calls_only_what_is_documented_in_its_block() -> None:
    text = re.sub(r"//.*|'[^']*'", "", (JENKINS / "jobs.groovy").read_text())
    block: list[str] = []
    calls = set()
    for call in re.finditer(r"([A-Za-z_.]+) *(?=[({])(?:\([^()]*\))? *({)?|}", text):
        if call[0] == "}":
            block.pop()
            continue
        calls.add((".".join(block), call[1]))
        if call[2]:
            block.append(call[1])
    assert not block
    assert calls == {(path, name) for path, names in JOB_DSL.items() for name in names.split()}


def test_exactly_the_plugins_that_are_used_are_pinned() -> None:
    lines = (JENKINS / "controller/plugins.txt").read_text().splitlines()
    plugins = dict(line.split(":") for line in lines if line[0] != "#")
    assert all(re.fullmatch(r"\d[\w.]+", version) for version in plugins.values())
    text = "\n".join(file.read_text() for file in jenkinsfiles())
    used = {plugin for name, plugin in PLUGIN_OF.items() if re.search(rf"\b{name}\b", text)}
    assert plugins.keys() == PLUGINS_ALWAYS | used | {"pipeline-graph-view"}  # the view of a build's stages


def test_only_loopback_is_published_and_only_the_engine_is_privileged() -> None:
    services = load("compose.yaml")["services"]
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert [name for name, service in services.items() if service.get("privileged")] == ["docker"]
    assert "docker.sock" not in (JENKINS / "compose.yaml").read_text()


def test_no_secret_is_in_the_build_context_of_an_image() -> None:
    lines = [line for line in (JENKINS / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    assert not any("secrets" in line or "repository" in line for line in lines)
    for service in ("controller", "agent"):
        dockerfile = (JENKINS / service / "Dockerfile").read_text()
        for source in re.findall(r"^COPY (?!--from)(.*) \S+$", dockerfile, flags=re.MULTILINE):
            assert all(f"!{name.split('/')[0]}" in lines and (JENKINS / name).exists() for name in source.split())


def test_the_expected_job_is_that_of_jobs_groovy_and_the_jenkinsfile() -> None:
    # Jenkins writes XML 1.1, which Python's parser does not read
    definition = (JENKINS / "job.expected.xml").read_text().replace("version='1.1'", "version='1.0'")
    job = ElementTree.fromstring(definition.encode())
    jobs = (JENKINS / "jobs.groovy").read_text()
    jenkinsfile = (JENKINS.parent / "Jenkinsfile").read_text()

    assert f"scriptPath('{job.findtext('definition/scriptPath')}')" in jobs
    assert job.findtext(".//hudson.plugins.git.UserRemoteConfig/url") in re.findall(r"'(file:[^']*)'", jobs)
    assert f"branch('{job.findtext('.//hudson.plugins.git.BranchSpec/name')}')" in jobs
    assert job.findtext(".//hudson.triggers.SCMTrigger/spec") == ""
    assert "pollSCM('')" in jenkinsfile

    declared = re.findall(r"string\(name: '(\w+)', defaultValue: '(.*?)', description: '(.*?)'", jenkinsfile)
    exported = [
        tuple(parameter.findtext(key) or "" for key in ("name", "defaultValue", "description"))
        for parameter in job.iter("hudson.model.StringParameterDefinition")
    ]
    assert exported == declared
    assert f"numToKeepStr: '{job.findtext('.//numToKeep')}'" in jenkinsfile
    assert f"artifactNumToKeepStr: '{job.findtext('.//artifactNumToKeep')}'" in jenkinsfile
