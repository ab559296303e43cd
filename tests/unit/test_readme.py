"""What the READMEs promise is there: linked files, named tests, and a proof for every line of the assignment."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    if (ROOT / name).exists()
)
# "x-y" in the table stands for all lines from x to y
LINES = {f"{module}.{line}" for module, last in enumerate((5, 6, 7, 9, 5, 7), 1) for line in range(1, last + 1)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_the_readmes_name_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    files = [link for link in links if "://" not in link]
    assert [link for link in files if not (page.parent / link).exists()] == []


def test_every_line_of_the_assignment_names_a_test_that_is_there() -> None:
    table = re.findall(r"^\| ([\d.-]+) \| (.*) \| (.*) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    named = [(number.split(".")[0], *number.split(".")[1].split("-")) for number, _, _ in table]
    assert {f"{module}.{line}" for module, *ends in named for line in range(int(ends[0]), int(ends[-1]) + 1)} == LINES
    tests = [name for _, _, proof in table for name in re.findall(r"`([^`]+)`", proof)]
    assert len(tests) > 25
    for name in tests:
        file, function = name.split("::")
        assert f"def {function}(" in (ROOT / file).read_text(), name
