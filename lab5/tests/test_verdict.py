"""What verdict.py makes of pytest's output: the right four outcomes for the right reason, and nothing else."""

import copy
from collections.abc import Callable

import pytest
from nbformat import NotebookNode

from lab5 import verdict

DIAGNOSED = {"stuck": 70, "fahrenheit": 20, "heavy": 60}


def changed(notebook: NotebookNode, change: Callable[[str], str], tag: str = "verdict") -> list[str]:
    """Complaints after the output of one cell was changed."""
    node = copy.deepcopy(notebook)
    (cell,) = (c for c in node.cells if tag in c.metadata.get("tags", []))
    text = "".join(output.text for output in cell.outputs)
    assert change(text) != text
    cell.outputs[0].text, cell.outputs[1:] = change(text), []
    return verdict.complaints(node, DIAGNOSED)


def test_the_committed_outputs_are_a_good_run(notebook: NotebookNode) -> None:
    assert verdict.complaints(notebook, DIAGNOSED) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[noised] FAILED", "[noised] PASSED", "noised PASSED"),
        ("[noised] FAILED", "[noised] ERROR", "noised ERROR: it must be tested and fail"),
        ("::test_quality[noised] FAILED", "::gone", "noised was not tested"),
        ("[lakeside] PASSED", "[lakeside] FAILED", "clean dataset lakeside FAILED"),
        ("::test_quality[lakeside] PASSED", "::gone", "clean dataset lakeside was not tested"),
        ("autocorrelation is", "something is", "noised FAILED, but not by autocorrelation"),
        ("1 failed, 3 passed", "1 failed, 3 passed, 1 xpassed", "must end with '1 failed, 3 passed'"),
    ],
)
def test_another_outcome_is_a_complaint(notebook: NotebookNode, old: str, new: str, complaint: str) -> None:
    found = changed(notebook, lambda text: text.replace(old, new))
    assert complaint in " ".join(found)


def test_a_failure_without_findings_is_the_wrong_reason(notebook: NotebookNode) -> None:
    found = changed(notebook, lambda t: "".join(x for x in t.splitlines(True) if "must be" not in x))
    assert found == [
        "noised FAILED, but not by R2, RMSE, autocorrelation, normality (p-value), variance (Bartlett): "
        "its noise or these limits were changed"
    ]


@pytest.mark.parametrize("kind", DIAGNOSED)
def test_noise_of_one_kind_mended_is_a_complaint(notebook: NotebookNode, kind: str) -> None:
    left = {k: n for k, n in DIAGNOSED.items() if k != kind}
    assert f"found no '{kind}' day" in " ".join(verdict.complaints(notebook, left))


def test_a_repair_that_fails_the_test_is_a_complaint(notebook: NotebookNode) -> None:
    found = changed(notebook, lambda text: text.replace("PASSED", "FAILED"), "repaired")
    assert found == ["the repaired dataset did not pass the same test: see the cell tagged 'repaired'"]


def test_the_cell_that_runs_pytest_must_be_there(notebook: NotebookNode) -> None:
    node = copy.deepcopy(notebook)
    node.cells = [c for c in node.cells if "verdict" not in c.metadata.get("tags", [])]
    with pytest.raises(ValueError, match="0 cells are tagged 'verdict'"):
        verdict.complaints(node, DIAGNOSED)
