"""compare.py notices a stale output and nothing else; publish.py replaces all files or none."""

import base64
import copy
import io
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from nbformat import NotebookNode

from lab5 import compare, publish


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    found: NotebookNode = next(c for c in notebook.cells if c.id == name)
    return found


@pytest.fixture
def stale(notebook: NotebookNode) -> NotebookNode:
    return copy.deepcopy(notebook)


def test_a_notebook_equals_itself(notebook: NotebookNode, stale: NotebookNode) -> None:
    assert compare.differences(stale, notebook) == []


def test_durations_and_line_ends_do_not_count(notebook: NotebookNode, stale: NotebookNode) -> None:
    output = cell(stale, "verdict").outputs[0]
    assert " in " in output.text.splitlines()[-1]
    summary = f"{'=' * 20} 1 failed, 3 passed in 75.12s (0:01:15) {'=' * 19}"
    output.text = "\r\n".join([*output.text.splitlines()[:-1], summary, ""])
    assert compare.differences(stale, notebook) == []


def test_a_changed_verdict_a_changed_number_and_a_changed_source_count(
    notebook: NotebookNode, stale: NotebookNode
) -> None:
    verdict, model = cell(stale, "verdict").outputs[0], cell(stale, "model").outputs[0]
    verdict.text = verdict.text.replace("1 failed, 3 passed", "4 passed")
    model.text = model.text.replace("1", "2", 1)
    cell(stale, "noise").source += "\n"
    cell(stale, "write-1").execution_count = 99
    stale.cells = [c for c in stale.cells if c.id != "end"]
    assert compare.differences(stale, notebook) == [
        "the output of cell 'model' is not what it gives now",
        "cell 'noise' has another source",
        "cell 'write-1' was not run in one go from the top",
        "the output of cell 'verdict' is not what it gives now",
        "cell 'end' has another source",
    ]
    assert compare.differences(notebook, stale)[-1] == "cell 'end' is gone"


def test_a_changed_picture_counts(notebook: NotebookNode, stale: NotebookNode) -> None:
    data = next(o.data for o in cell(stale, "clean-data").outputs if "image/png" in o.get("data", {}))
    pixels, file = matplotlib.image.imread(io.BytesIO(base64.b64decode(data["image/png"]))), io.BytesIO()
    matplotlib.image.imsave(file, np.ascontiguousarray(np.roll(pixels, 2, axis=1)))
    data["image/png"] = base64.b64encode(file.getvalue()).decode()
    assert compare.differences(stale, notebook) == ["the output of cell 'clean-data' is not what it gives now"]


def test_a_missing_file_leaves_every_old_one_in_place(tmp_path: Path) -> None:
    source, target = tmp_path / "new", tmp_path / "old"
    for folder in (source, target):
        folder.mkdir()
        for name in publish.FILES:
            (folder / name).write_text(folder.name)
    (source / "quality.ipynb").unlink()
    with pytest.raises(FileNotFoundError):
        publish.publish(source, target)
    assert {(target / name).read_text() for name in publish.FILES} == {"old"}
