"""`python -m watch.labelled PRODUCT --log FOLDER`: logged rows with a label as rows of the product's table."""

import csv
import sys
from pathlib import Path
from typing import Annotated, Any

import pyarrow.parquet as pq
import typer

from core.base.errors import UserError, message
from core.base.files import replacing
from core.base.paths import Paths
from core.base.prediction_log import ID, PREFIX, REQUEST
from core.spec.product import Product
from core.spec.yaml_file import load
from core.table.header import header
from core.table.logged import rows_of, unlogged
from service.model.live import Live
from service.model.serving import Serving
from watch.labels import Labels
from watch.rows import Log

Rows = dict[str, dict[str, str]]  # by their id: the cells of each column


def add_labelled(name: str, folder: Path) -> int:
    """Add the log's labelled rows to products/NAME/labelled.csv, which the next run learns from; how many are new.

    A row's id is the product's, or if it was logged without, its request id. A row that the product's own table has is
    left out. Raises UserError.
    """
    product, paths = load(name), Paths.of(name)
    names = header(paths.raw)
    log = Log(folder, Live(Serving.champion(name)))
    _refuse_what_is_missing(product, log, names)
    rows = read_rows(paths.labelled, product)
    before = dict(rows)
    rows |= logged_rows(log, product)
    if product.id is not None:
        for key in read_rows(paths.raw, product).keys() - before.keys():
            rows.pop(key, None)
    write_rows(rows, names, paths.labelled)
    return len(rows.keys() - before.keys())


def _refuse_what_is_missing(product: Product, log: Log, names: list[str]) -> None:
    needed = [name for name in product.contract.features if name in names]
    if missing := unlogged(log.files, needed):
        raise UserError(f"{log.folder}: the log has no {', '.join(missing)}, so its rows cannot be learnt from")
    for use, name in {"split": product.contract.group, "weighted": product.contract.weight}.items():
        if name is not None:
            raise UserError(f"{log.folder}: the log has no {name}, by which rows are {use}")


def logged_rows(log: Log, product: Product) -> Rows:
    """The champion's labelled rows, each with its last label."""
    labels = Labels.in_files(log.label_files)
    rows: Rows = {}
    for file in log.files:
        for row in rows_of(log.model, pq.read_table(file)).to_pylist():
            label = labels.of(row[REQUEST], row.get(ID))
            if label is not None:
                key = row.get(ID) or row[REQUEST]
                cells = {name: cell(row[PREFIX + name]) for name in product.contract.features}
                own = {product.id: key} if product.id else {}
                rows[key] = {**own, **cells, product.target.name: label}
    return rows


def cell(value: Any) -> str:
    """A logged value as a cell of the table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def read_rows(path: Path, product: Product) -> Rows:
    """The rows of a table that is there, by their id, or by their number if the product has none."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row.get(product.id or "") or f"row {number}": row for number, row in enumerate(csv.DictReader(file))}


def write_rows(rows: Rows, names: list[str], path: Path) -> None:
    """Write atomically, columns in the order of the product's table; one that is not logged is empty."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows.values())


def main(
    product: Annotated[str, typer.Argument(help="A product of products/.")],
    log: Annotated[Path, typer.Option(help="Folder of the prediction log (SERVICE_PREDICTION_LOG).")],
) -> None:
    """Add labelled rows to the product's labelled.csv; prints how many are new."""
    try:
        added = add_labelled(product, log)
    except (UserError, OSError) as error:
        sys.exit(f"labelled: {message(error)}")
    print(f"{Paths.of(product).labelled}: {added:,} labelled rows are new", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
