"""Stage 4: train on train and validation, or take the model file that is given; the hold-out is not read."""

from typing import Annotated

import typer

from product import console, given, table
from product.boosting import sized
from product.digits import rounded
from product.files import write_json
from product.paths import Paths
from product.product_file import load
from product.training import fit


def main(product: Annotated[str, typer.Argument(help="Name or folder of a product.")]) -> None:
    """Leave the model in model/."""
    paths = Paths.of(product)
    with console.stage("model_preparation") as remarks, console.progress() as bar:
        declared = load(product)
        train, validation = (table.read(paths.part(name), declared)[0] for name in ("train", "validation"))
        if declared.model.file is not None:
            given.load(declared, paths.root, train).save(paths.model)
            remarks.append(f"given, not trained here: {declared.model.file}")
            return
        settings = declared.model
        paths.found.unlink(missing_ok=True)
        if settings.search is not None:
            from product.search import search  # here, since Optuna costs a second

            settings, tried = search(declared, train, validation, paths.trials, console.console.print)
            write_json(rounded(tried), paths.found)
            remarks.append(f"the best of {len(tried['trials'])} settings by cross-validation")
        trees = sized(settings, len(train) + len(validation), len(declared.target.values)).iterations or 1
        task = bar.add_task("training", total=2 * trees)
        trained = fit(declared.contract, settings, train, validation, lambda made: bar.update(task, completed=made))
        trained.model.save(paths.model)
        remarks += trained.remarks


if __name__ == "__main__":
    typer.run(main)
