"""final/Jenkinsfile, executed with real git, DVC remote, registry, engine, Swarm: good builds get out, bad ones not."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pandas as pd
import pytest

from bench.swarm import swarm
from core.base.paths import FINAL
from core.registry.registry import Registry
from tests.support.agent import ROOT, Build, Change, Ci, settle
from tests.support.checkout import Checkout
from tests.support.docker import docker, registry  # noqa: F401  (a fixture)
from tests.support.product_images import remove_images, take_down
from tests.support.servers import BUCKET, KEY, SECRET, free_port, s3

pytestmark = [pytest.mark.groovy, pytest.mark.docker, pytest.mark.s3, pytest.mark.timeout(1800)]
PRODUCT = "final/products/titanic/product.yaml"
SOURCE = "command: bash ../lab4/feature_set.sh {feature_set} {output}"
SLOW = " ".join(  # unit tests that no build here fails by
    f"--ignore-glob=*/unit/{folder}/*"
    for folder in ("bench", "core/[!g]*", "deploy", "page", "report", "scoring", "service", "stages", "watch")
)
ROW = {"Pclass": 2, "Name": "Nicholls, Mrs. Agnes", "Sex": "female", "Age": 31, "SibSp": 1, "Parch": 0,
       "Ticket": "250652", "Fare": 26, "Cabin": None, "Embarked": "S"}  # fmt: skip


@dataclass
class Production:
    """The first good build of main, and what it put into service."""

    ci: Ci
    build: Build
    url: str
    registry: str
    commit: str
    model: str

    def serves(self) -> tuple[str, str]:
        """Model that answers a request, and image that Swarm runs."""
        answer = httpx.post(f"{self.url}/predict", json=ROW, timeout=60).raise_for_status().json()
        stack = self.ci.variables["STACK"]
        image = docker("service", "inspect", "-f", "{{.Spec.TaskTemplate.ContainerSpec.Image}}", f"{stack}_api")
        return answer["model"], image

    def tags(self) -> set[str]:
        """What the registry has of the product's image."""
        return set(httpx.get(f"http://{self.registry}/v2/final-titanic/tags/list").json()["tags"])


def replace(name: str, old: str, new: str) -> Change:
    """A change of one place in a file of the repository."""

    def change(root: Path) -> None:
        text = (root / name).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        (root / name).write_text(text.replace(old, new))

    return change


def image_runs(module: str) -> Change:
    """A change of the module that the image starts."""

    def change(root: Path) -> None:
        file = root / "final/deploy/Dockerfile"
        starts = re.compile(r'^CMD \["python", "-m", "service".*$', re.MULTILINE)
        text, count = starts.subn(f'CMD ["python", "-m", "{module}"]', file.read_text())
        assert count == 1, "the Dockerfile has another CMD"
        file.write_text(text)

    return change


@pytest.fixture(scope="module")
def production(
    trained: Checkout,
    registry: str,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Production]:
    """Data and model pushed by the developer, main built by an agent that has nothing but the repository."""
    home, port = tmp_path_factory.mktemp("ci") / "build server", free_port()
    home.mkdir()
    (home / "s3").mkdir()
    url, stack = f"http://127.0.0.1:{port}", f"ci-{port}"
    with s3(home / "s3") as endpoint, swarm():
        stand_in = subprocess.check_output(["bash", str(ROOT / "final/deploy/stand_in.sh")], text=True).strip()
        remote = f"s3://{BUCKET}/final"
        variables = {
            "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
            "DVC_REMOTE_URL": remote, "TITANIC_TIMEOUT": "0", "MYPY_CACHE_DIR": str(ROOT / ".mypy_cache"),
            "PYTEST_ADDOPTS": f"-p no:cacheprovider {SLOW}",
            "STACK": stack, "PORT": str(port), "REPLICAS": "1", "HAPROXY_IMAGE": stand_in, "MONITOR": "3s",
            "SERVICE_INSECURE": "1", "DEPLOYMENT_LOG": str(home / "deployments.jsonl"),
        }  # fmt: skip
        ci = settle(
            home, trained.root, {"REGISTRY": registry, "DVC_REMOTE_URL": remote, "PRODUCTION_URL": url}, variables
        )
        pushed = ci.bash("bash final/pipeline.sh --push")
        assert pushed.returncode == 0, pushed.stderr
        try:
            commit = ci.push("main", lambda root: None, "the first")
            build = ci.build("main")
            assert build.code == 0, build.log
            yield Production(ci, build, url, registry, commit, trained.champion())
        finally:
            take_down(stack)
            remove_images(home / "developer", but=trained.root)


def test_main_is_built_pushed_and_deployed(production: Production) -> None:
    assert set(production.build.stages.values()) == {"SUCCESS"}
    assert {production.commit[:12], "main"} <= production.tags()
    model, image = production.serves()
    assert model == production.model
    assert image.startswith(f"{production.registry}/final-titanic@sha256:")
    archive = next((production.ci.home / "builds").glob("*/1/archive"))
    assert (archive / "build" / "image").read_text().strip() == image
    assert list(archive.glob("final/products/titanic/registry/models/*/manifest.json"))
    assert (archive / "final/products/titanic/reports/metrics.json").exists()


def test_another_machine_has_the_champion_without_training(production: Production) -> None:
    """The agent's clone had no data, no cache and no model; the remote had them."""
    agent = production.ci.home / "agent" / "main" / "final" / "products" / "titanic" / "registry"
    assert Registry(agent).confirmed_champion() == production.model
    ran = {line.split("] ")[-1].split(" ")[0] for line in production.build.log.splitlines()}
    assert "model_promotion" in ran
    assert not ran & {"data_creation", "data_preprocessing", "model_preparation", "model_testing"}


def test_a_branch_with_another_feature_set_gets_its_own_image_and_is_not_deployed(production: Production) -> None:
    before, branch = production.serves(), "feature/v2"

    def change(root: Path) -> None:
        replace(PRODUCT, "feature_set: all", "feature_set: v2")(root)
        done = production.ci.bash("bash final/pipeline.sh --push")
        assert done.returncode == 0, done.stderr

    commit = production.ci.push(branch, change, "only class, sex and age")
    build = production.ci.build(branch, first="Data")
    assert build.code == 0, build.log
    skipped = {name for name, result in build.stages.items() if result == "skipped: when conditional"}
    assert skipped == {"Deploy", "Production smoke"}
    assert {commit[:12], "feature-v2"} <= production.tags()
    assert "model_preparation" not in build.log, "the developer's training was to be pulled"
    image = f"{production.registry}/final-titanic:{commit[:12]}"
    labels = docker("image", "inspect", "-f", "{{json .Config.Labels}}", image)
    assert production.model not in labels
    own = Registry(production.ci.home / "agent/feature-v2/final/products/titanic/registry").champion()
    assert own is not None
    assert own in labels
    assert production.serves() == before


def bad_table(root: Path) -> None:
    table = pd.read_csv(root / "lab4/snapshot/train.csv", dtype=str, keep_default_na=False)
    table.loc[9, "Sex"] = "Female"
    table.to_csv(root / "final/products/titanic/table.csv", index=False)
    replace(PRODUCT, SOURCE, "path: table.csv")(root)


RED: dict[str, tuple[str, Change, str]] = {
    "Unit tests": (
        "Unit tests",
        replace("final/core/gates/gate.py", "value >= floor, detail", "value > floor, detail"),
        "junit: FAILED final.tests.unit.core.gates.test_gate.test_a_floor_is_met_or_not[0.75-True]",
    ),
    "Data quality": ("Data", bad_table, "Sex: not one of female, male in 1 row (line 11: 'Female')"),
    "Model": ("Model", replace(PRODUCT, "floor: 0.75", "floor: 0.99"), "gate model: accuracy failed: 0."),
    "Image smoke": (
        "Image",
        image_runs("servce"),
        "No module named servce",
    ),
}


@pytest.mark.parametrize("stage", RED)
def test_a_bad_commit_stops_at_its_stage_and_production_stays(production: Production, stage: str) -> None:
    first, change, said = RED[stage]
    before, tags = production.serves(), production.tags()
    production.ci.push("main", change, f"bad: {stage}")
    build = production.ci.build("main", first)
    assert build.code == 1, build.log
    assert build.stopped_at() == stage
    assert said in build.log
    assert "its model is not archived" in build.log
    assert production.tags() == tags
    assert production.serves() == before


def test_a_failing_production_smoke_takes_itself_back(production: Production) -> None:
    before = production.serves()

    def change(root: Path) -> None:
        shutil.copy(FINAL / "tests/support/only_alone.py", root / "final/core/only_alone.py")
        image_runs("core.only_alone")(root)

    commit = production.ci.push("main", change, "bad: in production only")
    build = production.ci.build("main", first="Image")
    assert build.code == 1, build.log
    assert build.stopped_at() == "Production smoke"
    assert {build.stages[name] for name in ("Image smoke", "Push image", "Deploy")} == {"SUCCESS"}
    assert commit[:12] in production.tags(), "it was in production before it was taken back"
    assert production.serves() == before
    history = subprocess.run(
        ["bash", str(production.ci.home / "agent/main/final/deploy/deploy.sh"), "titanic", "--history"],
        env=production.ci.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [line.split()[1] for line in history.stdout.splitlines()] == ["promote", "promote", "rollback"]
