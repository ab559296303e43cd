"""Cells as evidence: each with the line of the file that it is in."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

Cell = tuple[int, str]
Lines = Sequence[int]  # the line of the file that each row of a batch starts in


def examples(column: pa.Array, chosen: pa.Array, lines: Lines, most: int = 3) -> list[Cell]:
    """The first cells of a batch for which `chosen` is true."""
    rows = np.flatnonzero(chosen.to_numpy(zero_copy_only=False))[: max(0, most)]
    return [(lines[int(row)], column[int(row)].as_py()) for row in rows]


def shown(cells: list[Cell]) -> str:
    """At most three cells for a message."""
    return ", ".join(f"{cell!r} (line {line})" for line, cell in cells[:3])
