"""`python -m core.spec PRODUCT [--schema]`, from final: check a product file, or print the JSON schema of one row."""

import json
import sys
from typing import Annotated

import typer

from core.base.paths import DEFAULT_PRODUCT
from core.spec.request import json_schema
from core.spec.yaml_file import ProductError, load


def main(
    product: Annotated[str, typer.Argument(help="Name or folder of a product.")] = DEFAULT_PRODUCT,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of one row.")] = False,
) -> None:
    """Check a product file."""
    try:
        loaded = load(product)
    except ProductError as error:
        sys.exit(str(error))
    if schema:
        print(json.dumps(json_schema(loaded.contract, loaded.title, loaded.description), indent=2))
    else:
        print(f"{loaded.name}: {len(loaded.contract.features)} features, contract {loaded.contract.hash()[:12]}")


if __name__ == "__main__":
    typer.run(main)
