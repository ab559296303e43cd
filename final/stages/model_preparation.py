"""Stage 4: train on train and validation; the hold-out is not read."""

from typing import Annotated

import typer

from product import console, table
from product.model import fit
from product.paths import Paths
from product.product_file import load


def main(product: Annotated[str, typer.Argument(help="Name or folder of a product.")]) -> None:
    """Train the model and save it to model/."""
    paths = Paths.of(product)
    with console.stage("model_preparation") as remarks, console.progress() as bar:
        declared = load(product)
        task = bar.add_task("training", total=2 * declared.model.iterations)
        train, validation = (table.read(paths.part(name), declared)[0] for name in ("train", "validation"))
        model = fit(
            declared.contract, declared.model, train, validation, lambda trees: bar.update(task, completed=trees)
        )
        model.save(paths.model)
        remarks.append(f"{model.booster.tree_count_} trees on {len(train) + len(validation):,} rows")


if __name__ == "__main__":
    typer.run(main)
