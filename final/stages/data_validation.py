"""Stage 2: the data gates on the raw table; a table that breaks one is not used further."""

from functools import cached_property
from typing import Annotated

import typer

from core.base import terminal
from core.base.files import write_json
from core.base.paths import Paths
from core.gates import gate
from core.gates.data import all_gates as data_gates
from core.gates.notes import notes_on_table
from core.gates.verdicts import stop_at
from core.source import normalise, origin
from core.spec.product import Product
from core.spec.source import Source
from core.spec.yaml_file import load
from core.table import typed
from core.table.summary import summary


class LinesOfSource:
    """The line of the source's file for each row of data/raw.csv; a file is read for it when it is asked for."""

    def __init__(self, product: Product, paths: Paths) -> None:
        self.product = product
        self.paths = paths

    @cached_property
    def _lines(self) -> list[int]:
        if self.product.source.path is None:
            raw = Source(path=self.paths.raw.name)
            return normalise.lines(self.product.model_copy(update={"source": raw}), self.paths.raw)
        return normalise.lines(self.product, origin.local_file(self.product, self.paths.root))

    def __call__(self, row: int) -> int:
        return self._lines[row]


def main(product: Annotated[str, typer.Argument(help="Name or folder of a product.")]) -> None:
    """Check data/raw.csv against the contract, and for rare classes, duplicates and leakage."""
    paths = Paths.of(product)
    with terminal.stage("data_validation") as remarks:
        declared = load(product)
        rows, findings = typed.read(paths.raw, declared)
        verdicts = data_gates(rows, findings, declared, LinesOfSource(declared, paths))
        sentences = notes_on_table(rows, paths.raw, declared) if all(gate.passed for gate in verdicts) else []
        write_json(summary(rows, declared) | ({"notes": sentences} if sentences else {}), paths.figures("table"))
        remarks.append(f"{len(rows):,} rows, {rows.shape[1]} columns")
        gate.save(verdicts, paths.gates("data"))
    stop_at(verdicts)


if __name__ == "__main__":
    typer.run(main)
