"""verdict.py accepts the right outcomes for the right reasons, and nothing else."""

import copy

import pytest
from nbformat import NotebookNode

from lab5 import verdict
from lab5.tests.support.notebook import cell


@pytest.fixture
def changed(notebook: NotebookNode) -> NotebookNode:
    """A copy of the notebook that a test may change."""
    return copy.deepcopy(notebook)


def test_the_committed_outputs_are_a_good_run(notebook: NotebookNode) -> None:
    assert verdict.complaints(notebook) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[noised] FAILED", "[noised] PASSED", "[noised] is PASSED, must be FAILED"),
        ("[noised] FAILED", "[noised] ERROR", "[noised] is ERROR, must be FAILED"),
        ("[lakeside] PASSED", "[lakeside] FAILED", "[lakeside] is FAILED, must be PASSED"),
        ("::test_prediction[lakeside] PASSED", "::gone", "[lakeside] is missing, must be PASSED"),
        ("  R2 is", "  other is", "test_prediction[noised] did not fail by R2"),
    ],
)
def test_another_outcome_is_a_complaint(changed: NotebookNode, old: str, new: str, complaint: str) -> None:
    output = cell(changed, "prediction").outputs[0]
    assert old in output.text
    output.text = output.text.replace(old, new)
    (line,) = verdict.complaints(changed)
    assert complaint in line


def test_a_check_of_the_residuals_that_misses_the_noise_is_a_complaint(changed: NotebookNode) -> None:
    output = cell(changed, "residuals").outputs[0]
    output.text = "".join(line for line in output.text.splitlines(True) if "autocorrelation" not in line)
    (line,) = verdict.complaints(changed)
    assert "test_residuals[noised] did not fail by autocorrelation" in line


def test_the_cell_that_runs_pytest_must_be_there(changed: NotebookNode) -> None:
    changed.cells = [c for c in changed.cells if c.id != "prediction"]
    with pytest.raises(ValueError, match="0 cells have the tag 'prediction'"):
        verdict.complaints(changed)
