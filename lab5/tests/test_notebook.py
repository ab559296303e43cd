"""The committed notebook: fit to be read, run in one go, and its test_quality.py as clean as the repository's code."""

import re
import subprocess
from pathlib import Path

from nbformat import NotebookNode

LAB = Path(__file__).resolve().parents[1]
ROOT = LAB.parent


def test_cells_are_short_enough_to_read(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 25, cell.id
        else:
            paragraphs = [p for p in cell.source.split("\n\n") if not p.startswith(("|", "- "))]
            assert max(len(p.split()) for p in paragraphs) <= 80, cell.id


def test_it_was_run_from_the_top_in_one_go_without_an_error(notebook: NotebookNode) -> None:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [cell.id for cell in cells for output in cell.outputs if output.output_type == "error"]


def test_outputs_hold_no_colour_codes_paths_or_warnings(notebook: NotebookNode) -> None:
    text = "\n".join(str(o.get("text", "")) for c in notebook.cells if c.cell_type == "code" for o in c.outputs)
    assert "Warning" not in text
    assert not re.search(r"\x1b|\r|(^|[\s\"'])/(home|root|tmp|work|usr)\b", text)
    assert not [c.id for c in notebook.cells if "execution" in c.metadata]


def test_what_the_assignment_names_is_in_it(notebook: NotebookNode) -> None:
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    for needle in (
        "%%writefile test_quality.py",
        "\n! ",
        "clean_data.png",
        "noised_data.png",
        "LinearRegression().fit",
    ):
        assert needle in code


def test_the_written_test_file_passes_the_checks_of_the_repository(source: str, tmp_path: Path) -> None:
    path = tmp_path / "test_quality.py"
    path.write_text(source)
    settings = str(ROOT / "pyproject.toml")
    for command in (
        ["ruff", "check", "--config", settings, str(path)],
        ["ruff", "format", "--check", "--config", settings, str(path)],
        ["mypy", "--config-file", settings, str(path)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_test_file_left_by_a_run_by_hand_is_neither_collected_nor_committed(source: str, tmp_path: Path) -> None:
    lab = tmp_path / "lab5"
    lab.mkdir()
    (lab / "test_quality.py").write_text(source)
    (lab / "conftest.py").write_bytes((LAB / "conftest.py").read_bytes())
    (lab / "test_other.py").write_text("def test_other(): pass\n")
    collect = [
        "pytest",
        "--collect-only",
        "-q",
        "-c",
        str(ROOT / "pyproject.toml"),
        "--rootdir",
        str(tmp_path),
        str(lab),
    ]
    done = subprocess.run(collect, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "1 test collected" in done.stdout, done.stdout + done.stderr
    assert "/test_quality.py" in (LAB / ".gitignore").read_text().splitlines()
