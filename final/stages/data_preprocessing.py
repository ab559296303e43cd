"""Stage 3: split into train, validation and hold-out, and check that the parts are separate."""

import shutil
from typing import Annotated

import typer

from core.base import terminal
from core.base.files import write_json
from core.base.paths import Paths
from core.gates import gate
from core.gates.split import all_gates as split_gates
from core.gates.verdicts import stop_at
from core.spec.yaml_file import load
from core.table import typed
from core.table.split import split


def main(product: Annotated[str, typer.Argument(help="Name or folder of a product.")]) -> None:
    """Split data/raw.csv into data/split/."""
    paths = Paths.of(product)
    with terminal.stage("data_preprocessing") as remarks:
        declared = load(product)
        rows, _ = typed.read(paths.raw, declared)
        parts = split(rows, declared)
        verdicts = split_gates(parts, declared)
        shutil.rmtree(paths.part("train").parent, ignore_errors=True)
        for name, part in parts.items():
            typed.write(part, paths.part(name))
        write_json({name: len(part) for name, part in parts.items()}, paths.figures("parts"))
        remarks.append(", ".join(f"{name} {len(part):,}" for name, part in parts.items()))
        gate.save(verdicts, paths.gates("split"))
    stop_at(verdicts)


if __name__ == "__main__":
    typer.run(main)
