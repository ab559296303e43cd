"""`bash final/watch.sh PRODUCT`: one verdict on what the champion has met; see howto/watch_a_model.md."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from core.base.errors import UserError, message
from core.base.files import write_bytes, write_json
from core.base.paths import Paths
from service.prediction_log.watched import FACTS
from watch import live, look
from watch.checks import ACT, LOOK, STEADY
from watch.page import render
from watch.reference import reference

EXIT_CODES = {STEADY: 0, LOOK: 3, ACT: 4}


def main(
    product: Annotated[str, typer.Argument(help="A product of products/.")],
    log: Annotated[Path | None, typer.Option(help="Folder of the prediction log (SERVICE_PREDICTION_LOG).")] = None,
    data: Annotated[Path | None, typer.Option(help="A CSV or Parquet table to score instead, looked at once.")] = None,
    labels: Annotated[
        Path | None, typer.Option(help="CSV of labels: request_id or the product's id, and truth.")
    ] = None,
    every: Annotated[
        float | None, typer.Option(min=1, help="Look at the log again every so many seconds, until stopped.")
    ] = None,
) -> None:
    """Print the verdict in one line; write reports/watch.json and watch.html. Exits with 0 steady, 3 look, 4 act.

    With --every, a line for each look; the report is beside the log, and the exit code 0.
    """
    try:
        if every is not None:
            live.watch(product, _only_log(log, data, labels), every)
            return
        facts = _facts(product, log, data, labels)
        paths = Paths.of(product)
        write_json(facts, paths.figures("watch"))
        page = paths.figures("watch").with_suffix(".html")
        write_bytes(render(facts).encode(), page)
    except (UserError, OSError) as error:
        sys.exit(f"watch: {message(error)}")
    print(f"report: {page}", file=sys.stderr)
    print(facts["headline"])
    sys.exit(EXIT_CODES[facts["verdict"]])


def _only_log(log: Path | None, data: Path | None, labels: Path | None) -> Path:
    if log is None or data is not None or labels is not None:
        raise UserError("--every needs --log FOLDER, without --data and --labels")
    return log


def _facts(product: str, log: Path | None, data: Path | None, labels: Path | None) -> dict[str, Any]:
    if (log is None) == (data is None):
        raise UserError("give the rows to look at: either --log FOLDER or --data FILE")
    champion = reference(product)
    if log is not None:
        facts = look.of_log(champion, log, labels)
        write_json(facts, log / FACTS)  # for /metrics and /watch of the service
        return facts
    return look.of_table(champion, data, labels)  # type: ignore[arg-type]


if __name__ == "__main__":
    typer.run(main)
