"""env.sh: one environment, made when the lock changed and only then, whatever happens in between."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOW = '. "$0/env.sh" && command -v python'


def source(root: Path, script: str = SHOW, **environment: str) -> subprocess.CompletedProcess[str]:
    """Source env.sh of a checkout from another directory, then run the rest of the script."""
    return subprocess.run(
        ["bash", "-c", script, str(root)],
        cwd="/",
        env={**clean_environment(), **environment},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def clean_environment() -> dict[str, str]:
    """This process's environment without the repository's own."""
    own = str(ROOT / ".venv" / "bin")
    path = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if part != own)
    return {**{k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH")}, "PATH": path}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A checkout in a path with a space whose lock holds the installer and one small package."""
    root = tmp_path / "my checkout"
    root.mkdir()
    (root / "env.sh").write_bytes((ROOT / "env.sh").read_bytes())
    (root / "requirements.txt").write_text(block("uv") + block("six"))
    return root


def block(package: str) -> str:
    """A package's lines of the real lock, hashes and all."""
    lines = iter((ROOT / "requirements.txt").read_text().splitlines())
    found: list[str] = []
    for line in lines:
        if line.startswith(f"{package}==") or found:
            found.append(line)
            if not line.endswith("\\"):
                return "\n".join(found) + "\n"
    raise AssertionError(package)


def test_the_environment_is_made_once_and_quietly(small: Path) -> None:
    first = source(small)
    assert first.stdout == f"{small}/.venv/bin/python\n", first.stderr
    assert "installing requirements.txt" in first.stderr
    second = source(small, SHOW + " && python -c 'import six'")
    assert (second.returncode, second.stdout, second.stderr) == (0, first.stdout, "")


def test_a_changed_lock_is_installed(small: Path) -> None:
    source(small)
    lock = small / "requirements.txt"
    lock.write_text(block("uv") + block("iniconfig"))
    done = source(small, SHOW + " && python -c 'import iniconfig' && ! python -c 'import six' 2>/dev/null")
    assert done.returncode == 0, done.stderr


def test_an_interrupted_installation_is_repeated(small: Path) -> None:
    process = subprocess.Popen(
        ["bash", "-c", SHOW, str(small)],
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not (small / ".venv" / "bin").exists():
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)
    assert not (small / ".venv" / ".complete").exists()
    done = source(small, SHOW + " && python -c 'import six'")
    assert done.returncode == 0, done.stderr
    assert "installing" in done.stderr


def test_two_at_once_install_once(small: Path) -> None:
    script = SHOW + " && python -c 'import six'"
    both = [
        subprocess.Popen(["bash", "-c", script, str(small)], env=clean_environment(), stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=200)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("installing requirements.txt" in one for one in said) == 1
    assert sum("waiting for it" in one for one in said) == 1


def test_a_linked_environment_of_another_checkout_is_left_alone(small: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / ".venv"
    (other / "bin").mkdir(parents=True)
    (other / ".complete").write_text("made from another lock\n")
    (small / ".venv").symlink_to(other)
    done = source(small)
    assert done.returncode == 0, done.stderr
    assert (other / ".complete").read_text() == "made from another lock\n"
    assert not (small / ".venv").is_symlink()


def test_pip_installs_where_uv_can_not(small: Path) -> None:
    done = source(small, SHOW + " && python -c 'import six'", UV_OFFLINE="1", UV_NO_CACHE="1")
    assert done.returncode == 0, done.stderr
    assert "uv could not install the lock, trying pip" in done.stderr


def test_a_lock_that_can_not_be_installed_is_an_error_that_stays(small: Path) -> None:
    lock = small / "requirements.txt"
    lock.write_text(block("uv") + block("six").split(" \\")[0] + f" \\\n    --hash=sha256:{'0' * 64}\n")
    for _ in range(2):
        done = source(small)
        assert done.returncode != 0
        assert done.stdout == ""
        assert "the installation failed" in done.stderr


def test_an_old_python_is_named(small: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "dirname", "sha256sum", "rm", "mv", "awk"):
        tools.joinpath(name).symlink_to(subprocess.check_output(["which", name], text=True).strip())
    old = tools / "python3"
    old.write_text('#!/bin/sh\ncase "$2" in *version_info*) exit 1;; esac\necho 3.9.2\n')
    old.chmod(0o755)
    done = source(small, PATH=str(tools), PYTHON="")
    assert done.returncode != 0
    assert "needs python >= 3.11, found: python3=3.9.2" in done.stderr


def test_a_fresh_clone_runs_the_main_job_with_nothing_but_python_and_git(
    tmp_path: Path, copy_repository: Callable[[Path], Path]
) -> None:
    root = copy_repository(tmp_path / "fresh clone")
    (root / ".venv").unlink()
    environment = {**clean_environment(), "TITANIC_TIMEOUT": "0"}
    for script, metric in (("lab1/pipeline.sh", "accuracy"), ("final/pipeline.sh", "accuracy")):
        command = ["bash", str(root / script)]
        done = subprocess.run(
            command, cwd="/", env=environment, capture_output=True, text=True, timeout=280, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"Model test {metric} is: 0.")
        assert done.stdout.count("\n") == 1
