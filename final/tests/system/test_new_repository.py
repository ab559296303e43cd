"""A repository of one's own: made by one command, then used as its README says."""

import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.support import forms
from tests.support.docker import docker
from tests.support.servers import ENVIRONMENT, answering, free_port

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "final" / "new_repository.sh"
GIT = ["git", "-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"]


def bash(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = ["bash", *map(str, arguments)]
    return subprocess.run(command, cwd="/", env=ENVIRONMENT, capture_output=True, text=True, check=False)


def succeeded(*arguments: object) -> str:
    done = bash(*arguments)
    assert done.returncode == 0, f"{arguments}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


@pytest.mark.docker
@pytest.mark.timeout(900)
def test_a_new_repository_trains_serves_shows_builds_and_tests(tmp_path: Path) -> None:
    new = tmp_path / "a team's own"
    assert succeeded(SCRIPT, new) == f"{new}\n"
    (new / ".venv").symlink_to(ROOT / ".venv")
    if (ROOT / ".mypy_cache").exists():  # with it, mypy reads the libraries' types in seconds
        shutil.copytree(ROOT / ".mypy_cache", new / ".mypy_cache")
    subprocess.run([*GIT, "commit", "-q", "-m", "Start"], cwd=new, check=True)
    forms.FILES["plain.csv"](tmp_path / "shop.csv")

    result = succeeded(new / "pipeline.sh", "--data", tmp_path / "shop.csv", "--target", "y")
    assert result.startswith("Model test roc_auc is: 0.")
    assert succeeded(new / "pipeline.sh") == result, "the only product is the one that is meant"

    api, page = free_port(), free_port()
    url = f"http://127.0.0.1:{api}"
    serve = ["bash", str(new / "serve.sh"), "--port", str(api)]
    show = ["bash", str(new / "page.sh"), "--api", url, "--port", str(page)]
    with answering(serve, f"{url}/readyz"), answering(show, f"http://127.0.0.1:{page}/_stcore/health"):
        contract = httpx.get(f"{url}/contract").json()
        assert httpx.post(f"{url}/predict", json=contract["examples"][0]).status_code == 200

    image = succeeded(new / "deploy" / "build.sh", "shop", "all").strip()
    assert image.startswith("final-shop:")
    docker("rmi", "--force", "--no-prune", docker("image", "inspect", "--format", "{{.Id}}", image).strip())

    folders = (f"tests/unit/{name}" for name in ("core/gates", "core/registry", "deploy", "pipeline", "stages"))
    tested = succeeded(new / "test.sh", "--checks") + succeeded(new / "test.sh", *folders)
    assert re.search(r"\b\d{3} passed", tested)


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    for folder, reason in ((tmp_path, "exists and is not empty"), (ROOT / "final" / "new", "inside this repository")):
        done = bash(SCRIPT, folder)
        assert done.returncode == 1
        assert reason in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert not (ROOT / "final" / "new").exists()
