"""Did pytest, inside the executed notebook, pass the clean datasets and fail the noisy one by every check?"""

import re
import sys
from pathlib import Path
from typing import Annotated

import nbformat
import typer
from nbformat import NotebookNode

CLEAN, NOISY = ("riverton", "hillford", "lakeside"), "noised"
# tag of the cell that runs pytest -> the checks that the noisy dataset must fail there
CHECKS = {
    "prediction": {"RMSE", "R2"},
    "residuals": {"normality (p-value)", "autocorrelation", "variance (Bartlett)"},
}
OUTCOME = re.compile(r"^test_quality\.py::test_\w+\[(\w+)\] (\w+)", re.MULTILINE)
FAILED_CHECK = re.compile(r"^ +(.+?) is \S+, must be .+$", re.MULTILINE)


def output(notebook: NotebookNode, tag: str) -> str:
    """What the one cell with this tag printed; raises ValueError if there is no such cell."""
    cells = [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise ValueError(f"{len(cells)} cells have the tag '{tag}' instead of one: the cell that runs pytest")
    return "".join(out.get("text", "") for out in cells[0].outputs)


def complaints(notebook: NotebookNode) -> list[str]:
    """Everything that is wrong, for the user to read; empty after a good run."""
    lines = []
    for tag, checks in CHECKS.items():
        text = output(notebook, tag)
        outcomes = dict(OUTCOME.findall(text))
        for dataset, expected in {**dict.fromkeys(CLEAN, "PASSED"), NOISY: "FAILED"}.items():
            outcome = outcomes.get(dataset, "missing")
            if outcome != expected:
                lines.append(f"test_{tag}[{dataset}] is {outcome}, must be {expected}: restore the data or the limits")
        failed = set(FAILED_CHECK.findall(text))
        if not lines and failed != checks:
            names = ", ".join(sorted(checks - failed))
            lines.append(f"test_{tag}[{NOISY}] did not fail by {names}: restore the data or the limits")
    return lines


def main(workdir: Annotated[Path, typer.Option(help="Folder in which execute.py ran the notebook.")]) -> None:
    """Print the result line, or report what is wrong and exit with 1."""
    try:
        notebook = nbformat.read(workdir / "quality.ipynb", as_version=4)  # type: ignore[no-untyped-call]
        lines = complaints(notebook)
    except (OSError, ValueError) as error:
        lines = [str(error)]
    if lines:
        sys.exit("\n".join(f"verdict.py: quality.ipynb: {line}" for line in lines))
    print(f"Data quality: {len(CLEAN)} clean datasets passed, 1 noisy dataset found")


if __name__ == "__main__":
    typer.run(main)
