"""What the READMEs promise is there: linked files, named tests, and a proof for every line of the assignment."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    if (ROOT / name).exists()
)
LINES = {
    "1.1",
    "1.2",
    "1.3",
    "1.4",
    "1.5",
    "2.1",
    "2.2",
    "2.3",
    "2.4-5",
    "2.6",
    "4.1-3",
    "4.4",
    "4.5",
    "4.6",
    "4.7",
    "4.8",
}
LINES |= {"4.9", "5.4", "5.5", "6.1", "6.2", "6.3", "6.4", "6.5", "6.6", "6.7"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_the_readmes_name_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    files = [link for link in links if "://" not in link]
    assert [link for link in files if not (page.parent / link).exists()] == []


def test_every_line_of_the_assignment_names_a_test_that_is_there() -> None:
    table = re.findall(r"^\| ([\d.-]+) \| (.*) \| (.*) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert {number for number, _, _ in table} >= LINES
    tests = [name for _, _, proof in table for name in re.findall(r"`([^`]+)`", proof)]
    assert len(tests) > 25
    for name in tests:
        file, function = name.split("::")
        assert f"def {function}(" in (ROOT / file).read_text(), name
