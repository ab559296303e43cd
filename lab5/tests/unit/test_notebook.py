"""The committed notebook: short, run in one go, and its test_quality.py as clean as the repository's code."""

import copy
import re

from nbformat import NotebookNode

from lab5.tests.support.notebook import WRITE, cell, differences


def test_it_is_short(notebook: NotebookNode) -> None:
    prose = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    assert sum(len(text.split()) for text in prose) < 720
    assert max(len(c.source.splitlines()) for c in notebook.cells if not c.source.startswith(WRITE)) <= 30


def test_section_titles_are_in_english_and_russian(notebook: NotebookNode) -> None:
    titles = [line for c in notebook.cells for line in c.source.splitlines() if line.startswith("## ")]
    assert len(titles) == 7
    for title in titles:
        assert re.fullmatch(r"## \d\. [A-Za-z0-9,: ]+ · [A-Za-zА-Яа-яё,: ]+", title), title


def test_it_was_run_from_the_top_in_one_go_without_an_error(notebook: NotebookNode) -> None:
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    assert not [c.id for c in cells for output in c.outputs if output.output_type == "error"]


def test_outputs_hold_no_colour_codes_paths_or_warnings(notebook: NotebookNode) -> None:
    text = "\n".join(str(o.get("text", "")) for c in notebook.cells if c.cell_type == "code" for o in c.outputs)
    assert "Warning" not in text
    assert not re.search(r"\x1b|\r|(^|[\s\"'])/(home|root|tmp|work|usr)\b", text)


def test_what_the_assignment_names_is_in_it(notebook: NotebookNode) -> None:
    """Three datasets, a model trained on one of them, one cell that writes the test, and pytest."""
    code = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    assert code.count("%%writefile") == 1
    for text in ("\n! {PYTEST}", 'clean["riverton"]', "LinearRegression().fit", "clean_data.png", "noised_data.png"):
        assert text in code
    assert "tmax = 8.26 + 1.079 * tmin" in cell(notebook, "model").outputs[0].text


def test_a_stale_output_is_noticed_and_a_duration_is_not(notebook: NotebookNode) -> None:
    stale = copy.deepcopy(notebook)
    assert differences(notebook, stale) == []
    cell(stale, "residuals").outputs[0].text = re.sub(r" in [\d.]+s =", " in 75.12s (0:01:15) =", _text(stale))
    assert differences(notebook, stale) == []
    cell(stale, "model").outputs[0].text = "sd 999.99\n"
    cell(stale, "noise").source += "\n"
    cell(stale, "clean-data").outputs[0].data["image/png"] = cell(stale, "clean-line").outputs[0].data["image/png"]
    assert differences(notebook, stale) == ["clean-data", "model", "noise"]


def _text(notebook: NotebookNode) -> str:
    return str(cell(notebook, "residuals").outputs[0].text)
