"""What a person names relative to the folder where he stands, while DVC and its stages run in `final`."""

import os
from pathlib import Path

from core.base.errors import UserError
from core.base.paths import FINAL, PRODUCTS, folder
from core.source import database
from core.spec.yaml_file import load

REMOTE = "DVC_REMOTE_URL"


def enter(product: str) -> str:
    """Go to `final` with what the environment names made absolute; returns the product's name. Raises UserError."""
    home = folder(product).absolute()
    if home.parent.resolve() != PRODUCTS:
        raise UserError(f"{product}: the pipeline runs products of {PRODUCTS}: move the folder there")
    sql = load(str(home)).source.sql
    variable = sql.url_from if sql else None
    if variable and (url := os.environ.get(variable)):
        os.environ[variable] = database.absolute(url)
    remote = os.environ.get(REMOTE)
    if remote and "://" not in remote:
        os.environ[REMOTE] = str(Path(remote).absolute())
    os.chdir(FINAL)
    return home.name
