"""`python -m report PRODUCT`: write the report of the last run again; prints its path."""

import sys
from typing import Annotated

import typer

from core.base.errors import UserError
from core.base.paths import DEFAULT_PRODUCT
from report.build import write


def main(product: Annotated[str, typer.Argument(help="A product of products/.")] = DEFAULT_PRODUCT) -> None:
    """Write reports/report.html of a product, as its last run left things."""
    try:
        print(write(product))
    except UserError as error:
        sys.exit(f"report: {error}")


if __name__ == "__main__":
    typer.run(main)
