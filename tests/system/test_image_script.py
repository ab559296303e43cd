"""tools/image/image.sh keeps its promises for any image; here a tiny one in a repository of its own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.docker import docker, remove_images
from tests.support.servers import ENVIRONMENT

pytestmark = pytest.mark.docker
SCRIPT = Path(__file__).resolve().parents[2] / "tools/image/image.sh"
NAME = f"tiny-{os.getpid()}"
# What the container does is told by --run --env=MODE=..., so that all misbehaviour needs one build.
SERVER = """
import http.server as h, os, signal, sys
print("hello log", flush=True)
mode = os.environ.get("MODE", "")
if mode == "ends at once": sys.exit("no start")
if mode == "answers wrongly": os.chdir("/")
signal.signal(15, signal.SIG_IGN if mode == "has to be killed" else lambda *_: sys.exit(0))
h.test(h.SimpleHTTPRequestHandler, port=8000)
"""
DOCKERFILE = """ARG BASE_IMAGE
FROM ${BASE_IMAGE}
WORKDIR /srv
HEALTHCHECK --interval=1s --retries=1 CMD test "$MODE" != unhealthy
CMD ["python3", "-u", "server.py"]
COPY . .
"""
SMOKE = """python3 -c '
import os, urllib.request as r
assert r.urlopen(os.environ["URL"] + "/hello.txt").read() == b"hello"'"""


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


def tiny(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, text in {
        "Dockerfile": DOCKERFILE,
        "server.py": SERVER,
        "hello.txt": "hello",
        "place": str(folder),
    }.items():
        (folder / name).write_text(text)
    git(folder, "init", "-q", "-b", "feature/x")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", f"tiny {folder}")
    return folder


def image(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(SCRIPT), *arguments, "--image", NAME, "--context", str(folder), "--smoke", SMOKE]
    return subprocess.run(command, env={**ENVIRONMENT, **environment}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", autouse=True)
def _no_traces() -> Iterator[None]:
    yield
    remove_images(NAME)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("tiny") / "a repository")


def test_image_is_tagged_by_commit_and_branch_pushed_and_pulled_back(repository: Path, registry: str) -> None:
    done = image(repository, "all", REGISTRY=registry)
    assert done.returncode == 0, done.stderr
    commit = git(repository, "rev-parse", "HEAD")[:12]
    reference = done.stdout.strip()
    assert reference.startswith(f"{registry}/{NAME}@sha256:")
    built = docker("image", "inspect", "--format", "{{.Id}}", f"{NAME}:{commit}")
    for tag in (commit, "feature-x"):
        assert docker("image", "inspect", "--format", "{{.Id}}", f"{NAME}:{tag}") == built
        docker("rmi", f"{registry}/{NAME}:{tag}")
        docker("pull", f"{registry}/{NAME}:{tag}")
        assert docker("image", "inspect", "--format", "{{.Id}}", f"{registry}/{NAME}:{tag}") == built
    assert docker("image", "inspect", "--format", "{{.Id}}", reference) == built


def test_dirty_tree_is_marked_and_not_pushed(tmp_path: Path, registry: str) -> None:
    folder = tiny(tmp_path / "dirty")
    (folder / "new.txt").write_text("not committed")
    done = image(folder, "all", REGISTRY=registry)
    assert done.returncode == 1
    assert "REFUSED: there are uncommitted changes" in done.stderr
    assert f"{NAME}:{git(folder, 'rev-parse', 'HEAD')[:12]}-dirty" in done.stderr
    (folder / "new.txt").unlink()
    done = image(folder, "push", REGISTRY=registry)
    assert done.returncode == 1, "an image of a dirty tree must not pass for one of its commit"
    assert "build it first" in done.stderr


def test_image_that_did_not_pass_smoke_is_not_pushed(tmp_path: Path, registry: str) -> None:
    folder = tiny(tmp_path / "untried")
    assert image(folder, "build").returncode == 0
    done = image(folder, "push", REGISTRY=registry)
    assert done.returncode == 1
    assert "has not passed smoke" in done.stderr
    assert image(folder, "smoke").returncode == 0
    assert image(folder, "push").returncode == 1, "no REGISTRY, no push"
    assert image(folder, "push", REGISTRY=registry).returncode == 0
    # the same commit built in another way is another image, which nobody has tried
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/exclude").write_text("Dockerfile.other\n")
    (folder / "Dockerfile.other").write_text((folder / "Dockerfile").read_text() + "ENV OTHER=1\n")
    assert image(folder, "build", "--file", str(folder / "Dockerfile.other")).returncode == 0
    assert "has not passed smoke" in image(folder, "push", REGISTRY=registry).stderr


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("ends at once", "no start"),
        ("unhealthy", "'running unhealthy'"),
        ("answers wrongly", "does not pass"),
        ("has to be killed", "does not stop when asked to"),
    ],
)
def test_smoke_fails_with_the_log_and_leaves_no_container(repository: Path, mode: str, message: str) -> None:
    assert image(repository, "build").returncode == 0
    assert image(repository, "smoke").returncode == 0
    done = image(repository, "smoke", "--run", f"--env=MODE={mode}")
    assert done.returncode == 1
    assert message in done.stderr
    assert "hello log" in done.stderr
    assert done.stdout == ""
    assert docker("ps", "--all", "--quiet", "--filter", f"name={NAME}") == ""
    push = image(repository, "push", REGISTRY="127.0.0.1:1")
    assert "has not passed smoke" in push.stderr, "an earlier pass must not count"


def test_two_builds_at_once_end_in_one_whole_image(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "twice")
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda _: image(folder, "all"), range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout == second.stdout
    revision = docker(
        "image",
        "inspect",
        "--format",
        '{{index .Config.Labels "org.opencontainers.image.revision"}}',
        first.stdout.strip(),
    )
    assert revision == git(folder, "rev-parse", "HEAD")


@pytest.mark.parametrize(
    ("branch", "tag"),
    [
        ("main", "main"),
        ("feature/X_1.2", "feature-X_1.2"),
        (".-hidden", "hidden"),
        ("0123456789abcdef", "branch-0123456789abcdef"),
        ("x" * 200, "x" * 110),
        ("день", None),
    ],
)
def test_branch_names_become_tags(repository: Path, branch: str, tag: str | None) -> None:
    done = image(repository, "build", BRANCH_NAME=branch)
    assert done.returncode == 0, done.stderr
    built = done.stderr.splitlines()[-1].split()[2:]
    assert [name.rpartition(":")[2] for name in built][1:] == ([tag] if tag else [])


def test_mistakes_are_one_clear_line(repository: Path, tmp_path: Path) -> None:
    for arguments, code, message in [
        (["--nonsense", "x"], 2, "unknown argument '--nonsense'"),
        (["--port"], 2, "--port needs a value"),
        ([], 2, "needs a command: build, smoke, push or all"),
        (["build", "--image", "x"], 2, "needs --image NAME and --context FOLDER"),
        (["build", "--image", "x", "--context", str(tmp_path)], 1, "needs a git checkout"),
    ]:
        done = subprocess.run(["bash", str(SCRIPT), *arguments], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (code, "")
        assert message in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_without_docker_it_says_so(repository: Path, tmp_path: Path) -> None:
    for program in ("bash", "git", "dirname", "sed", "python3"):
        (tmp_path / program).symlink_to(shutil.which(program) or "")
    command = ["bash", str(SCRIPT), "build", "--image", "x", "--context", str(repository)]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "needs a Docker engine that answers" in done.stderr
