"""Stage 4: train on train and validation, or take the model file that is given; the hold-out is not read."""

from collections.abc import Iterator
from typing import Annotated

import pandas as pd
import typer

from product import console, given, table
from product.declaration import Product
from product.digits import rounded
from product.files import write_json
from product.paths import Paths
from product.product_file import load
from product.training import fit


def _tables(paths: Paths, declared: Product) -> Iterator[pd.DataFrame]:
    """Train and validation, each read when it is asked for."""
    return (table.read(paths.part(name), declared)[0] for name in ("train", "validation"))


def main(product: Annotated[str, typer.Argument(help="Name or folder of a product.")]) -> None:
    """Leave the model in model/."""
    paths = Paths.of(product)
    with console.stage("model_preparation") as remarks, console.progress() as bar:
        declared = load(product)
        if declared.model.file is not None:
            given.load(declared, paths.root, next(_tables(paths, declared))).save(paths.model)
            remarks.append(f"given, not trained here: {declared.model.file}")
            return
        settings = declared.model
        paths.found.unlink(missing_ok=True)
        if settings.search is not None:
            from product.search import search  # here, since Optuna costs a second

            train, validation = _tables(paths, declared)
            settings, tried = search(declared, train, validation, paths.trials, console.console.print)
            del train, validation  # they are read again, one by one
            write_json(rounded(tried), paths.found)
            remarks.append(f"the best of {len(tried['trials'])} settings by cross-validation")
        task = bar.add_task("training", total=None)
        trained = fit(
            declared.contract,
            settings,
            _tables(paths, declared),
            lambda made, most: bar.update(task, completed=made, total=most),
        )
        trained.model.save(paths.model)
        remarks += trained.remarks


if __name__ == "__main__":
    typer.run(main)
