"""Are the outputs that one notebook holds those of another? Durations and last digits of pixels do not count."""

import base64
import io
import re
import sys
from pathlib import Path
from typing import Annotated, Any

import matplotlib.image
import nbformat
import numpy as np
import typer
from nbformat import NotebookNode

SUMMARY = re.compile(r"^=+ (.+?) in [\d.]+s (\(.+\) )?=+$", re.MULTILINE)  # pytest's last line
PIXELS = 1e-4  # mean difference of two pictures, of 1, that is still the same picture: about one pixel in 10,000
PICTURES = ("clean_data.png", "noised_data.png")


def shown(output: NotebookNode) -> dict[str, Any]:
    """Kind -> content of one output, without what differs from run to run."""
    content: dict[str, Any] = dict(output.get("data", {}))
    for kind in ("text", "ename", "evalue"):
        if kind in output:
            content[kind] = output[kind]
    return {k: SUMMARY.sub(r"\1", v.replace("\r\n", "\n")) for k, v in content.items() if isinstance(v, str)}


def same_picture(one: bytes, other: bytes) -> bool:
    """PNG against PNG, by their pixels."""
    a, b = (matplotlib.image.imread(io.BytesIO(png)) for png in (one, other))
    return a.shape == b.shape and float(np.mean(np.abs(a - b))) < PIXELS


def same(kind: str, one: str, other: str) -> bool:
    if kind == "image/png":
        return same_picture(base64.b64decode(one), base64.b64decode(other))
    return one.strip() == other.strip()


def differences(old: NotebookNode, new: NotebookNode) -> list[str]:
    """One line for each cell of new whose source, count or outputs old does not hold."""
    found, before = [], {cell.id: cell for cell in old.cells}
    for cell in new.cells:
        known = before.pop(cell.id, None)
        if known is None or known.source != cell.source:
            found.append(f"cell '{cell.id}' has another source")
        elif cell.cell_type == "code":
            pair = [[shown(output) for output in c.outputs] for c in (known, cell)]
            if known.execution_count != cell.execution_count:
                found.append(f"cell '{cell.id}' was not run in one go from the top")
            elif [o.keys() for o in pair[0]] != [o.keys() for o in pair[1]] or not all(
                same(kind, a[kind], b[kind]) for a, b in zip(*pair, strict=True) for kind in a
            ):
                found.append(f"the output of cell '{cell.id}' is not what it gives now")
    return found + [f"cell '{name}' is gone" for name in before]


def main(old: Annotated[Path, typer.Argument()], new: Annotated[Path, typer.Argument()]) -> None:
    """Compare quality.ipynb and its pictures in two folders; exit with 1 where they differ."""
    try:
        notebooks = [nbformat.read(d / "quality.ipynb", as_version=4) for d in (old, new)]  # type: ignore[no-untyped-call]
        found = differences(*notebooks)
        found += [p for p in PICTURES if not same_picture((old / p).read_bytes(), (new / p).read_bytes())]
    except (OSError, ValueError) as error:
        found = [str(error)]
    for difference in found:
        typer.echo(f"compare.py: {difference}", err=True)
    if found:
        sys.exit(1)


if __name__ == "__main__":
    typer.run(main)
