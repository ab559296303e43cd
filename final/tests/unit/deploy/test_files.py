"""The files that describe images, stacks and manifests: valid by the schemas of their kind, and of one mind."""

import json
import re
from collections.abc import Callable

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
from ruamel.yaml import YAML

from core.base.paths import FINAL
from deploy import kubernetes
from tests.support.image_files import part_of_the_roots_lock

DEPLOY = FINAL / "deploy"
IMAGE = "registry.test/final-titanic@sha256:" + "0" * 64


@pytest.fixture
def rendered(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What `python -m deploy.kubernetes` prints."""

    def render(keys: str = "") -> str:
        kubernetes.main("titanic", IMAGE, keys)
        return capsys.readouterr().out

    return render


def validate(text: str) -> list[str]:
    """The kinds of the manifests; raises kubernetes_validate.ValidationError at the first that is not valid."""
    found = list(YAML(typ="safe").load_all(text))
    for document in found:
        kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
    return [document["kind"] for document in found]


@pytest.mark.parametrize("keys", ["", "titanic-keys"], ids=["insecure", "keys"])
def test_kubernetes_manifests_are_valid(rendered: Callable[..., str], keys: str) -> None:
    text = rendered(keys)
    assert validate(text) == ["Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget"]
    assert ("titanic-keys" in text) == bool(keys)


def test_a_wrong_field_fails_the_validation(rendered: Callable[..., str]) -> None:
    text = rendered()
    for right, wrong in (
        ("readinessProbe:", "readynessProbe:"),
        ("maxUnavailable: 0", "maxUnavailable: [0]"),
        ("minAvailable: 1", "minAvailble: 1"),
        ("averageUtilization: 70", "averageUtilization: seventy"),
        ("targetPort: http", "targetport: http"),
    ):
        assert text.count(right) == 1, right
        with pytest.raises(kubernetes_validate.ValidationError):
            validate(text.replace(right, wrong))


def test_kubernetes_and_swarm_have_the_same_settings(
    rendered: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLICAS", "5")
    monkeypatch.setenv("START_PERIOD", "44s")
    deployment, _, scaler, _ = YAML(typ="safe").load_all(rendered())
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    assert scaler["spec"]["minReplicas"] == 5
    assert container["startupProbe"]["failureThreshold"] == 44
    assert container["image"] == IMAGE
    assert container["resources"]["limits"] == {"cpu": "1000m", "memory": "1Gi"}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-skops.txt"])
def test_the_images_lock_is_a_hash_pinned_part_of_the_roots(name: str) -> None:
    packages = part_of_the_roots_lock(DEPLOY / name)
    assert len(packages) > 25
    assert not packages & {"matplotlib", "plotly", "graphviz", "pytest", "streamlit"}


@pytest.mark.parametrize(
    ("name", "packages"),
    [("requirements-dask.txt", {"dask", "distributed"}), ("requirements-watch.txt", {"jinja2", "scikit-learn"})],
)
def test_locks_of_images_made_from_the_services_are_hash_pinned_parts_of_the_roots(
    name: str, packages: set[str]
) -> None:
    assert packages <= part_of_the_roots_lock(DEPLOY / name)


def test_grafanas_files_are_readable_and_ask_the_source_that_is_provisioned() -> None:
    sources = YAML(typ="safe").load((DEPLOY / "grafana/datasources/prometheus.yaml").read_text())["datasources"]
    providers = YAML(typ="safe").load((DEPLOY / "grafana/dashboards/files.yaml").read_text())["providers"]
    board = json.loads((DEPLOY / "grafana/dashboards/service.json").read_text())
    assert {panel["datasource"]["uid"] for panel in board["panels"]} == {source["uid"] for source in sources}
    assert providers[0]["options"]["path"].startswith("/etc/grafana/provisioning/")
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"]) > 4


@pytest.mark.parametrize("name", ["stack.yaml", "compose.yaml"])
def test_no_services_log_or_memory_grows_without_end(name: str) -> None:
    for service, said in YAML(typ="safe").load((DEPLOY / name).read_text())["services"].items():
        assert said["logging"]["options"]["max-size"], service
        assert said.get("mem_limit") or said["deploy"]["resources"]["limits"]["memory"], service


def test_compose_has_no_default_secret_and_names_what_is_missing() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    for name in ("GRAFANA_PASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "API_IMAGE", "PAGE_IMAGE"):
        assert set(re.findall(rf"\$\{{{name}(..)", text)) == {":?"}, name
