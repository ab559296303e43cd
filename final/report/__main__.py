"""`python -m report PRODUCT`: write the report of the last run again; prints its path."""

import sys
from typing import Annotated

import typer

from product.errors import UserError
from report.build import write


def main(product: Annotated[str, typer.Argument(help="A product of products/.")] = "titanic") -> None:
    """Write reports/report.html of a product, as its last run left things."""
    try:
        print(write(product))
    except UserError as error:
        sys.exit(f"report: {error}")


if __name__ == "__main__":
    typer.run(main)
