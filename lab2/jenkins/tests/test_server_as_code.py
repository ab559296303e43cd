"""The server's files, as far as they can be tried without a server."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from lab2.jenkins.tests.known_keys import CASC_KEYS, JOB_DSL

JENKINS = Path(__file__).resolve().parents[1]
ROOT = JENKINS.parents[1]
KNOWN = json.loads((JENKINS / "known.json").read_text())
PLUGINS = dict(
    line.split(":") for line in (JENKINS / "controller/plugins.txt").read_text().splitlines() if line[0] != "#"
)


def keys(value: object, path: str = "") -> list[tuple[str, str]]:
    """Every (path, key) of a YAML tree; lists add nothing to the path."""
    if isinstance(value, list):
        return [k for item in value for k in keys(item, path)]
    if not isinstance(value, dict):
        return []
    found = [(path, key) for key in value]
    return found + [k for key, item in value.items() for k in keys(item, f"{path}.{key}".lstrip("."))]


@pytest.fixture(scope="module")
def casc() -> Any:
    return yaml.safe_load((JENKINS / "casc/jenkins.yaml").read_text())


def test_casc_has_only_keys_that_are_known(casc: Any) -> None:
    known = {(path, key) for path, names in CASC_KEYS.items() for key in names.split()}
    assert set(keys(casc)) - known == set()


def test_nobody_anonymous_no_password_in_the_file_and_nothing_runs_on_the_controller(casc: Any) -> None:
    assert casc["jenkins"]["authorizationStrategy"] == {"loggedInUsersCanDoAnything": {"allowAnonymousRead": False}}
    assert casc["jenkins"]["securityRealm"]["local"]["allowsSignup"] is False
    assert casc["jenkins"]["numExecutors"] == 0
    users = casc["jenkins"]["securityRealm"]["local"]["users"]
    key = casc["credentials"]["system"]["domainCredentials"][0]["credentials"][0]["basicSSHUserPrivateKey"]
    for secret in [*(u["password"] for u in users), key["privateKeySource"]["directEntry"]["privateKey"]]:
        assert re.fullmatch(r"(\$\{trim:)?\$\{readFile:/run/secrets/[a-z_.]+\}\}?", secret)


def test_names_agree_between_casc_compose_and_images(casc: Any) -> None:
    compose = yaml.safe_load((JENKINS / "compose.yaml").read_text())
    ssh = casc["jenkins"]["nodes"][0]["permanent"]["launcher"]["ssh"]
    assert ssh["host"] in compose["services"]
    text = (JENKINS / "casc/jenkins.yaml").read_text()
    read = set(re.findall(r"/run/secrets/([a-z_.]+)\}", text)) | {"push_token"}
    assert read == set(compose["services"]["controller"]["secrets"])
    work = casc["jenkins"]["nodes"][0]["permanent"]["remoteFS"]
    for service in ("agent", "docker"):
        assert f"agent-work:{work}" in compose["services"][service]["volumes"]
    dockerfile = (JENKINS / "controller/Dockerfile").read_text()
    assert f"CASC_JENKINS_CONFIG=/usr/share/casc/{(JENKINS / 'casc/jenkins.yaml').name}" in dockerfile
    assert casc["jobs"] == [{"file": "/usr/share/casc/jobs.groovy"}]
    assert "CASC_STRICT_SECRET_RESOLUTION=true" in dockerfile
    labels = casc["jenkins"]["nodes"][0]["permanent"]["labelString"].split()
    for file in jenkinsfiles():
        assert set(re.findall(r"label '([^']+)'", file.read_text())) <= set(labels)


def test_job_dsl_calls_only_what_is_known_where_it_stands() -> None:
    text = re.sub(r"//.*|'[^']*'", "", (JENKINS / "jobs.groovy").read_text())
    block: list[str] = []
    found = set()
    for call in re.finditer(r"([A-Za-z_.]+) *(?=[({])(?:\([^()]*\))? *({)?|}", text):
        if call[0] == "}":
            block.pop()
            continue
        found.add((".".join(block), call[1]))
        if call[2]:
            block.append(call[1])
    assert not block
    known = {(path, name) for path, names in JOB_DSL.items() for name in names.split()}
    assert found == known


def jenkinsfiles() -> list[Path]:
    return [ROOT / "Jenkinsfile", *sorted(ROOT.glob("*/Jenkinsfile"))]


def test_every_step_option_and_trigger_used_has_its_plugin_pinned() -> None:
    assert all(re.fullmatch(r"\d[\w.]+", version) for version in PLUGINS.values())
    needs = {
        name: e["plugin"]
        for kind in ("steps", "options", "triggers")
        for name, e in KNOWN[kind].items()
        if "plugin" in e
    }
    needs["credentials"] = KNOWN["credentials"]["plugin"]
    used = {
        name for name in needs for file in jenkinsfiles() if re.search(rf"\b{name}\b *[('\"{{\[a-z]", file.read_text())
    }
    assert {"junit", "timestamps", "pollSCM"} <= used
    assert {needs[name] for name in used} | set(KNOWN["plugins_always"]) <= PLUGINS.keys()


@pytest.mark.docker
@pytest.mark.parametrize(
    "more", [[], ["-f", str(JENKINS / "compose.host-docker.yaml")]], ids=["own engine", "host's engine"]
)
def test_compose_files_are_accepted(more: list[str], tmp_path: Path) -> None:
    program = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    command = [*program, "-f", str(JENKINS / "compose.yaml"), *more, "config"]
    done = subprocess.run(command, env=os.environ | {"DOCKER_GID": "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    config = yaml.safe_load(done.stdout)
    assert set(config["services"]) == {"controller", "agent", "docker"}
    sockets = [v for v in config["services"]["agent"]["volumes"] if "docker.sock" in str(v)]
    assert len(sockets) == (1 if more else 0)
    if more:
        without = subprocess.run(command, capture_output=True, text=True, check=False)
        assert without.returncode != 0
        assert "DOCKER_GID" in without.stderr


def test_only_loopback_is_published_and_only_the_engine_is_privileged() -> None:
    services = yaml.safe_load((JENKINS / "compose.yaml").read_text())["services"]
    ports = [p for s in services.values() for p in s.get("ports", [])]
    assert ports
    assert all(p.startswith("127.0.0.1:") for p in ports)
    assert [name for name, s in services.items() if s.get("privileged")] == ["docker"]


def test_no_secret_goes_into_the_context_of_an_image() -> None:
    lines = [line for line in (JENKINS / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    assert not any("secrets" in line or "repository" in line for line in lines)
    for service in ("controller", "agent"):
        dockerfile = (JENKINS / service / "Dockerfile").read_text()
        for source in re.findall(r"^COPY (?!--from)(.*) \S+$", dockerfile, flags=re.MULTILINE):
            assert all(f"!{name.split('/')[0]}" in lines and (JENKINS / name).exists() for name in source.split())
