"""What a look costs: processor time and memory of watch.sh at logs of several sizes; a tenth of the rows has labels."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import pandas as pd
import pyarrow as pa
import typer

from bench.growth import measured
from core.base.paths import FINAL, Paths
from core.base.prediction_log import REQUEST
from core.spec.yaml_file import load
from core.table import typed
from service.model.live import Live
from service.model.serving import Serving
from service.prediction_log.columns import Entry, LogColumns
from service.prediction_log.files import LogFolder
from service.prediction_log.labels import Label, keep

FILE_ROWS = 50_000  # as the service writes them
LABELLED = 10  # every tenth row has a label
START = 1_767_225_600.0  # seconds since 1970
HEAD = (
    "| rows | log MiB | a first look | MiB | microseconds a row | the next look, nothing new |",
    "|---|---|---|---|---|---|",
)


def batches(live: Live, holdout: pd.DataFrame, rows: int) -> Iterator[tuple[pa.RecordBatch, list[Label]]]:
    """The hold-out's rows drawn with repetition, as the service logs them, with their labels."""
    contract, rng = live.serving.contract, np.random.default_rng(0)
    answers = live.answers.of(live.require_model().scores(holdout))
    cells = holdout[list(contract.features)].to_dict("records")
    checked = [live.rows.one_or_error(live.rows.loose({str(key): cell for key, cell in row.items()})) for row in cells]
    values = [tuple(row.__dict__.values()) for row in checked]
    truths = holdout[contract.target.name].astype(str).tolist()
    drawn = rng.integers(0, len(holdout), min(rows, FILE_ROWS))
    entries = [Entry(START + number, b"", values[place], answers[place]) for number, place in enumerate(drawn)]
    batch = LogColumns(contract.features, live.version).batch(entries)
    for first in range(0, rows, FILE_ROWS):
        part = batch.slice(0, min(FILE_ROWS, rows - first))
        ids = [str(first + number) for number in range(len(part))]
        part = part.set_column(part.schema.get_field_index(REQUEST), REQUEST, pa.array(ids))
        labels = [Label(ids[place], None, truths[drawn[place]]) for place in range(0, len(part), LABELLED)]
        yield part, labels


def write_log(folder: Path, product: str, rows: int) -> float:
    """A log of so many rows; its size in MiB."""
    live = Live(Serving.champion(product))
    holdout, _ = typed.read(Paths.of(product).part("holdout"), load(product))
    log = LogFolder(folder, 10**12, 10**4)
    for batch, labels in batches(live, holdout, rows):
        log.write([batch])
        keep(LogFolder(folder, 0, 0), labels)
    return sum(path.stat().st_size for path in folder.glob("*.parquet")) / 2**20


def main(
    product: Annotated[str, typer.Argument(help="A product with a champion.")] = "titanic",
    rows: Annotated[
        list[int] | None, typer.Argument(help="Rows of each log; else 1,000, 100,000 and 1,000,000.")
    ] = None,
) -> None:
    """Print a Markdown table of processor time; microseconds a row are what a log needs more than the smallest."""
    print("\n".join(HEAD))
    smallest: tuple[int, float] | None = None
    for number in sorted(rows or (1_000, 100_000, 1_000_000)):
        with TemporaryDirectory() as scratch:
            log = Path(scratch, "log")
            log.mkdir()
            (Path(scratch) / "final").symlink_to(FINAL)
            size = write_log(log, product, number)
            command = [sys.executable, "-P", "-m", "watch", product, "--log", str(log)]
            _, first, memory = measured(command, Path(scratch))
            _, second, _ = measured(command, Path(scratch))
        smallest = smallest or (number, first)
        more = number - smallest[0]
        a_row = f"{1e6 * (first - smallest[1]) / more:.1f}" if more else ""
        cells = [f"{number:,}", f"{size:.1f}", f"{first:.1f} s", f"{memory:.0f}", a_row]
        print(f"| {' | '.join([*cells, f'{second:.1f} s'])} |", flush=True)


if __name__ == "__main__":
    typer.run(main)
