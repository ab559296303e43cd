"""Stage 2: the data gates on the raw table; a table that breaks one goes no further."""

from typing import Annotated

import typer

from product import console, data_gates, gates, table
from product.files import write_json
from product.paths import Paths
from product.product_file import load
from product.table_summary import summary


def main(product: Annotated[str, typer.Argument(help="Name or folder of a product.")]) -> None:
    """Check data/raw.csv against the contract, and for rare classes, duplicates and leakage."""
    paths = Paths.of(product)
    with console.stage("data_validation") as remarks:
        declared = load(product)
        rows, findings = table.read(paths.raw, declared)
        write_json(summary(rows, declared), paths.figures("table"))
        verdicts = data_gates.all_gates(rows, findings, declared)
        remarks.append(f"{len(rows):,} rows, {rows.shape[1]} columns")
        gates.save(verdicts, paths.gates("data"))
    console.stop_at(verdicts)


if __name__ == "__main__":
    typer.run(main)
