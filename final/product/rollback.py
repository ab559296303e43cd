"""Back to an earlier champion, without training: `bash final/rollback.sh [PRODUCT] [--to HASH] [--why TEXT]`."""

from typing import Annotated

import typer

from product import registry
from product.errors import UserError
from product.paths import folder


def main(
    product: Annotated[str, typer.Argument(help="Name or folder of a product.")] = "titanic",
    to: Annotated[str | None, typer.Option(help="Start of a model's hash; else the champion before this one.")] = None,
    why: Annotated[str, typer.Option(help="Goes into the log.")] = "by hand",
    history: Annotated[bool, typer.Option("--history", help="Only show the log.")] = False,
) -> None:
    """Make an earlier champion the champion again, and log it. Prints the hash of the model now served."""
    import sys

    try:
        kept = registry.Registry(folder(product) / "registry")
        if history:
            for entry in kept.log.entries():
                print(f"{entry['when']}  {entry['action']:<8}  {entry['model'][:12]}  {entry['who']}  {entry['why']}")
            return
        print(kept.rollback(why, to))
    except UserError as error:
        sys.exit(f"rollback: {error}")


if __name__ == "__main__":
    typer.run(main)
