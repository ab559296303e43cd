"""The labs' READMEs do as they say: their command blocks run in a clone, and print what the comments promise."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IDENTITY = {f"GIT_{who}_{what}": "test@localhost" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
# Commands with an address or a name of the reader's own are run by other tests, with real ones.
OTHERS = ("https://host", "postgresql://", "my.csv", "--experiments", "--update")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working tree, with the history in which lab4's versions are commits."""
    to = tmp_path_factory.mktemp("a clone") / "repository"
    subprocess.run(["git", "clone", "-q", "--shared", str(ROOT), str(to)], check=True)
    names = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, names.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    (to / ".venv").symlink_to(ROOT / ".venv")
    return to


def follow(clone: Path, readme: str) -> str:
    """All that the blocks of a README print, run one after the other, each from the root."""
    blocks = BLOCK.findall((clone / readme).read_text(encoding="utf-8"))
    lines = [
        "\n".join(line for line in block.splitlines() if not any(other in line for other in OTHERS)) for block in blocks
    ]
    script = "\n".join(f"(\n{block}\n)" for block in lines)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=clone,
        env={**os.environ, **IDENTITY},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert "command not found" not in done.stdout, done.stdout
    assert "No such file" not in done.stdout, done.stdout
    return done.stdout


def assert_in_order(printed: str, *promised: str) -> None:
    position = 0
    for words in promised:
        place = printed.find(words, position)
        assert place >= 0, f"{words!r} is not printed, or not in this order:\n{printed}"
        position = place + len(words)


def test_lab1(clone: Path) -> None:
    printed = follow(clone, "lab1/README.md")
    bar = "Model test accuracy is: 0.947"
    assert_in_order(printed, bar, "Model test accuracy is: ", "alderton.csv", "line 5", "temperature", "\n3\n")


def test_lab2(clone: Path) -> None:
    printed = follow(clone, "lab2/README.md")
    good = "Model test accuracy is: 0.734"
    assert_in_order(printed, good, "tomorrow is as today", "\n3\n", "line 5", "precipitation", "wet", "\n1\n", good)


def test_lab4(clone: Path) -> None:
    step = "import shutil, sys; shutil.copy(sys.argv[2], sys.argv[4])"
    (clone / "lab4" / "my_step.py").write_text(step)
    readme = clone / "lab4" / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(text.replace("git checkout -b data", ". ./env.sh && cd lab4\ngit checkout -b data"))
    printed = follow(clone, "lab4/README.md")
    published = "Data versions published and verified: v0 v1 v2 v3"
    header = "Pclass,Sex_female,Sex_male,Age,Survived"
    assert_in_order(printed, published, header, "Pclass,Sex,Age,Survived", "Publish v4", "Name the commit of v4")


def test_lab5(clone: Path) -> None:
    assert "noisy" in follow(clone, "lab5/README.md")
