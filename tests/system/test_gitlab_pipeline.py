"""`.gitlab-ci.yml`, checked against GitLab's schema and run by gitlab-emulator: green, red, and its rules."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.gitlab import check_schema, emulate

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = "final/products/titanic"
SOURCE = "command: bash ../lab4/feature_set.sh {feature_set} {output}"
# Unit tests of two folders, since a job is tested here and not the product; and the packaged table, not a download.
QUICK = {"PYTEST_ADDOPTS": "-p no:cacheprovider --ignore-glob=*/unit/[!d]*", "TITANIC_TIMEOUT": "0"}
BUILT = {"Image", "Image smoke", "lab3"}  # with DOCKER
DEPLOYED = {"Deploy", "Production smoke", "Roll back"}

pytestmark = pytest.mark.gitlab


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, copy_repository: Callable[[Path], Path]) -> Path:
    return copy_repository(tmp_path_factory.mktemp("gitlab") / "a checkout")


def jobs(log: str) -> list[str]:
    return re.findall(r"^>>> execute (.+):$", log, flags=re.MULTILINE)


def test_gitlabs_schema_accepts_the_pipeline_and_refuses_a_misspelt_key(tmp_path: Path) -> None:
    done = check_schema(ROOT / ".gitlab-ci.yml")
    assert done.returncode == 0, done.stdout
    misspelt = tmp_path / "misspelt.yml"
    misspelt.write_text((ROOT / ".gitlab-ci.yml").read_text().replace("  needs: [Model]", "  neds: [Model]"))
    done = check_schema(misspelt)
    assert done.returncode == 1
    assert "$.Image: Additional properties are not allowed ('neds' was unexpected)" in done.stdout


def test_a_good_table_is_green_up_to_the_model(checkout: Path) -> None:
    done = emulate(checkout, "--full", "Model", **QUICK)
    assert done.returncode == 0, done.stdout
    assert jobs(done.stdout) == ["Unit tests", "Data", "Data quality", "Model"]
    assert "Model test accuracy is: 0." in done.stdout
    assert done.stdout.endswith("Build complete!\n")
    assert list((checkout / PRODUCT / "registry/models").glob("*/manifest.json"))
    for report in ("unit_tests", "data_quality"):
        assert "<testcase" in (checkout / f"build/{report}.xml").read_text()


def test_a_bad_table_stops_at_the_data_quality(checkout: Path) -> None:
    table = (checkout / "lab4/snapshot/train.csv").read_text().splitlines(keepends=True)
    table[10] = table[10].replace(",female,", ",Female,")
    assert ",Female," in table[10]
    (checkout / PRODUCT / "table.csv").write_text("".join(table))
    product_file = checkout / PRODUCT / "product.yaml"
    product = product_file.read_text()
    assert product.count(SOURCE) == 1
    product_file.write_text(product.replace(SOURCE, "path: table.csv"))
    try:
        done = emulate(checkout, "--full", "Model", **QUICK)
    finally:
        product_file.write_text(product)
    assert done.returncode == 1, done.stdout
    assert jobs(done.stdout) == ["Unit tests", "Data", "Data quality"]
    assert "Sex: not one of female, male in 1 row (line 11: 'Female')" in done.stdout
    assert "job Data quality failed" in done.stdout


@pytest.mark.parametrize(
    ("variables", "skipped"),
    [
        ({"DVC_REMOTE_URL": "D"}, {*BUILT, "Push image", "Push", *DEPLOYED}),
        ({"DOCKER": "yes", "CI_COMMIT_BRANCH": "main"}, {"Push image", "Push", "Push data", *DEPLOYED}),
        (
            {"DOCKER": "yes", "REGISTRY": "R", "PRODUCTION_URL": "U", "DEPLOYMENT_LOG": "L", "CI_COMMIT_BRANCH": "x"},
            {"Push", "Push data", *DEPLOYED},
        ),
        (
            {"DOCKER": "yes", "PRODUCTION_URL": "U", "DEPLOYMENT_LOG": "L", "CI_COMMIT_BRANCH": "main"},
            {"Push image", "Push", "Push data", *DEPLOYED},
        ),
        (
            {
                "DOCKER": "yes", "REGISTRY": "R", "DVC_REMOTE_URL": "D", "PRODUCTION_URL": "U", "DEPLOYMENT_LOG": "L",
                "CI_COMMIT_BRANCH": "main",
            },
            set(),
        ),
    ],
    ids=["remote", "docker", "branch", "no registry", "all of main"],
)  # fmt: skip
def test_images_pushes_and_deployment_follow_their_rules(variables: dict[str, str], skipped: set[str]) -> None:
    options = [word for name, value in variables.items() for word in ("--var", f"{name}={value}")]
    done = emulate(ROOT, "--list", "--debug-rules", *options)
    assert done.returncode == 0, done.stdout
    assert set(re.findall(r"D: (.+) skipped by rules", done.stdout)) == skipped
