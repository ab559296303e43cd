"""Alarms on simulated days: of streams without a change, with harm, with a drift without harm; and what others say."""

import time
from itertools import islice
from typing import Annotated

import numpy as np
import typer

from bench import alarm_peers
from bench.alarm_streams import (
    NAMES,
    Draw,
    Stream,
    days,
    hard_rows,
    harmless,
    is_harm,
    other_truth,
    stream,
    unchanged,
)
from bench.quality_tables import table_of
from watch.checks import STEADY, detectors, verdict
from watch.evidence import Detector
from watch.rows import Answered

QUIET = 30  # days before a change
PATIENCE = 365  # days after it
SEED = 1
HEAD = (
    "| stream | task | rows of the pool | checks | alarms, no change | alarms, harmless drift | found, other target "
    "| found, hard rows | microseconds a row |",
    "|---|---|---|---|---|---|---|---|---|",
)


def look(stream: Stream, evidence: dict[str, Detector], rows: Answered) -> bool:
    """Whether an alarm of any check is raised after one more day."""
    for check in stream.checks:
        if len(values := check.values(rows)):
            evidence[check.name].look(evidence[check.name].growth(values))
    return verdict(stream.checks, evidence)[0] != STEADY


def alarms(stream: Stream, draw: Draw, number: int, rows: int, seed: int) -> int:
    """How many alarms are raised in so many days; after each, the evidence begins anew."""
    rng, evidence, raised = np.random.default_rng(seed), detectors(stream.checks), 0
    for day in islice(days(stream, draw, rows, rng), number):
        if look(stream, evidence, day):
            evidence, raised = detectors(stream.checks), raised + 1
    return raised


def rows_to_find(stream: Stream, draw: Draw, rows: int, seed: int) -> int | None:
    """Rows after the change until the alarm; None if it is not found, or raised before."""
    rng, evidence = np.random.default_rng(seed), detectors(stream.checks)
    if any(look(stream, evidence, day) for day in islice(days(stream, unchanged(stream), rows, rng), QUIET)):
        return None
    for number, day in enumerate(islice(days(stream, draw, rows, rng), PATIENCE), start=1):
        if look(stream, evidence, day):
            return number * rows
    return None


def detections(stream: Stream, draw: Draw, rows: int, repeats: int) -> list[int]:
    """Of the streams whose harm is found, the rows until then."""
    results = [rows_to_find(stream, draw, rows, seed) for seed in range(repeats)]
    return [result for result in results if result is not None]


def cost(stream: Stream, rows: int = 10_000) -> float:
    """Microseconds of a processor that all checks need a row, at a look at many rows; the least of three."""
    rng = np.random.default_rng(0)
    day = next(days(stream, unchanged(stream), rows, rng))
    spent = []
    for _ in range(3):
        began = time.process_time()
        look(stream, detectors(stream.checks), day)
        spent.append(time.process_time() - began)
    return 1e6 * min(spent) / rows


def line(stream: Stream, number: int, rows: int, repeats: int) -> str:
    """A row of the table."""
    cells = [stream.name, stream.task, f"{len(stream.target):,}", str(len(stream.checks))]
    for quiet in (unchanged(stream), harmless(stream)):
        if quiet is None:
            cells.append("none possible")
            continue
        worse = " (worse than allowed)" if is_harm(stream, quiet) else ""
        cells.append(f"{alarms(stream, quiet, number, rows, SEED)}{worse}")
    for planted in (other_truth(stream), hard_rows(stream)):
        if not is_harm(stream, planted):
            cells.append("no harm")
            continue
        detected = detections(stream, planted, rows, repeats)
        median = f"{int(np.median(detected)):,} rows" if detected else "none"
        cells.append(f"{len(detected)}/{repeats}, {median}")
    cells.append(f"{cost(stream):.1f}")
    return f"| {' | '.join(cells)} |"


def main(
    tables: Annotated[list[str] | None, typer.Argument(help="Tables; else all.")] = None,
    number: Annotated[
        int, typer.Option("--days", help="Simulated days of a stream without harm; each is a look.")
    ] = 1000,
    rows: Annotated[int, typer.Option(help="Rows of a day; a tenth has labels.")] = 50,
    repeats: Annotated[int, typer.Option(help="Streams with planted harm, of each table.")] = 20,
    nannyml: Annotated[bool, typer.Option(help="Also compare the estimates with NannyML's.")] = False,
    evidently_days: Annotated[int, typer.Option(help="Also give Evidently so many days without a change.")] = 0,
) -> None:
    """Print Markdown tables."""
    streams: list[Stream] = []
    print("\n".join(HEAD))
    for name in tables or NAMES:
        streams.append(stream(table_of(name)))
        print(line(streams[-1], number, rows, repeats), flush=True)
    if nannyml:
        print("\n" + alarm_peers.estimate_table(streams, 20 * rows, repeats), flush=True)
    if evidently_days:
        print("\n" + alarm_peers.drift_table(streams, rows, evidently_days, SEED), flush=True)


if __name__ == "__main__":
    typer.run(main)
