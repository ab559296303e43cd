"""Stage 3: split into train, validation and hold-out by a hash of the id, and check that the parts are apart."""

import shutil
from typing import Annotated

import typer

from product import console, gates, split_gates, table
from product.files import write_json
from product.paths import Paths
from product.product_file import load


def main(product: Annotated[str, typer.Argument(help="Name or folder of a product.")]) -> None:
    """Split data/raw.csv into data/split/."""
    paths = Paths.of(product)
    with console.stage("data_preprocessing") as remarks:
        declared = load(product)
        rows, _ = table.read(paths.raw, declared)
        parts = table.split(rows, declared)
        verdicts = split_gates.all_gates(parts, declared)
        shutil.rmtree(paths.part("train").parent, ignore_errors=True)
        for name, part in parts.items():
            table.write(part, paths.part(name))
        write_json({name: len(part) for name, part in parts.items()}, paths.figures("parts"))
        remarks.append(", ".join(f"{name} {len(part):,}" for name, part in parts.items()))
        gates.save(verdicts, paths.gates("split"))
    console.stop_at(verdicts)


if __name__ == "__main__":
    typer.run(main)
