"""`python -m pipeline.fetch PRODUCT`: the product's raw table, from the remote or from the source."""

from typing import Annotated

import typer

from core.base import terminal
from core.base.errors import UserError, message
from core.base.paths import DEFAULT_PRODUCT, FINAL, Paths
from core.spec.yaml_file import load
from pipeline import caller, dvc, settings
from pipeline.run_lock import alone


def main(product: Annotated[str, typer.Argument(help="A product of products/.")] = DEFAULT_PRODUCT) -> None:
    """Bring data/raw.csv up to date: pulled if the remote has this version, otherwise made. Prints its path."""
    try:
        product = caller.enter(product)
        paths = Paths.of(product)
        with terminal.stdout_to_stderr(), alone():
            settings.resolve(load(product), paths.root)
            dvc.fetch(product)
    except (UserError, OSError) as error:
        terminal.stop(f"fetch: {product}: {message(error)}")
    print(paths.raw.relative_to(FINAL.parent))


if __name__ == "__main__":
    typer.run(main)
