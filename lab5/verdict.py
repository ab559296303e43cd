"""Did pytest, inside the executed notebook, pass the clean datasets and fail the noisy one for the right reason?"""

import csv
import re
import sys
from pathlib import Path
from typing import Annotated

import nbformat
import typer
from nbformat import NotebookNode

CLEAN, NOISY, REPAIRED = ("riverton", "hillford", "lakeside"), "noised", "repaired"
KINDS = ("fahrenheit", "heavy", "stuck")
CHECKS = ("RMSE", "R2", "normality (p-value)", "autocorrelation", "variance (Bartlett)")

OUTCOME = re.compile(r"^test_quality\.py::test_quality\[(\w+)\] (\w+)", re.MULTILINE)
SUMMARY = re.compile(r"^=+ (.+?) in [\d.]+s .*=+$", re.MULTILINE)
FINDING = re.compile(r"^ +(.+?) is \S+, must be .+$", re.MULTILINE)


def output(notebook: NotebookNode, tag: str) -> str:
    """What the one cell with this tag printed; ValueError if there is no such cell."""
    cells = [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise ValueError(f"{len(cells)} cells are tagged '{tag}', one is needed: the cell that runs pytest")
    return "".join(out.get("text", "") for out in cells[0].outputs)


def findings(text: str, dataset: str) -> list[str]:
    """The lines that pytest printed under the failure of this dataset."""
    section = re.search(rf"^_+ test_quality\[{dataset}\] _+\n(.*?)^[_=]{{3}}", text, re.MULTILINE | re.DOTALL)
    return section.group(1).splitlines() if section else []


def complaints(notebook: NotebookNode, diagnosed: dict[str, int]) -> list[str]:
    """Everything that is not as it must be, for the user to read; an empty list is a good run."""
    text = output(notebook, "verdict")
    outcomes, found = dict(OUTCOME.findall(text)), []
    for dataset in (d for d in CLEAN if outcomes.get(d) != "PASSED"):
        reason = "; ".join(findings(text, dataset)) or "see the cell tagged 'verdict'"
        found.append(f"clean dataset {dataset} {outcomes.get(dataset, 'was not tested')}: {reason}")
    if outcomes.get(NOISY) == "PASSED":
        found.append("noised PASSED: its noise was mended or the limits were loosened; bring them back")
    elif outcomes.get(NOISY) != "FAILED":
        found.append(f"noised {outcomes.get(NOISY, 'was not tested')}: it must be tested and fail")
    elif missed := set(CHECKS) - set(FINDING.findall("\n".join(findings(text, NOISY)))):
        found.append(f"noised FAILED, but not by {', '.join(sorted(missed))}: its noise or these limits were changed")
    summary = SUMMARY.findall(text)
    if not found and summary != ["1 failed, 3 passed"]:
        found.append(f"pytest ended with {summary or 'no summary'}, must end with '1 failed, 3 passed'")
    for kind in (k for k in KINDS if not diagnosed.get(k)):
        found.append(f"the diagnosis found no '{kind}' day in noised: that noise was mended, or the rule for it broke")
    if dict(OUTCOME.findall(output(notebook, REPAIRED))) != {REPAIRED: "PASSED"}:
        found.append("the repaired dataset did not pass the same test: see the cell tagged 'repaired'")
    return found


def days_found(path: Path) -> dict[str, int]:
    """Kind of noise -> days for which the diagnosis agrees with what was done to the data."""
    with path.open(newline="") as file:
        return {row["what happened"]: int(row.get(row["what happened"]) or 0) for row in csv.DictReader(file)}


def main(workdir: Annotated[Path, typer.Option(help="Folder in which execute.py ran the notebook.")]) -> None:
    """Print the result line, or say what is wrong and exit with 1."""
    try:
        notebook = nbformat.read(workdir / "quality.ipynb", as_version=4)  # type: ignore[no-untyped-call]
        found = complaints(notebook, days_found(workdir / "data" / "diagnosis.csv"))
    except (OSError, KeyError, ValueError) as error:
        found = [str(error)]
    for complaint in found:
        typer.echo(f"verdict.py: quality.ipynb: {complaint}", err=True)
    if found:
        sys.exit(1)
    typer.echo(f"Data quality: {len(CLEAN)} clean datasets passed, 1 noisy dataset found")


if __name__ == "__main__":
    typer.run(main)
