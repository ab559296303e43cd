"""A batch: blocks of rows read from a body, checked, predicted, and answered in their order.

Memory is bounded by a block: neither the body nor the answer is ever held as a whole.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO, Literal

from service.batch import read as batch_read
from service.batch import write as batch_write
from service.batch.arrow import arrow_blocks
from service.batch.block import Answered, Block, Checked, Rows, answered, checked
from service.batch.csv_blocks import csv_blocks
from service.batch.read import CHUNK
from service.batch.sample import Sample
from service.batch.target import TargetColumn
from service.batch.write import Writer
from service.model import rows as model_rows
from service.model.answers import label
from service.model.live import Live
from service.problems import MOST_ERRORS, Problem, refused

JSON, NDJSON, CSV, ARROW = "application/json", "application/x-ndjson", "text/csv", "application/vnd.apache.arrow.stream"
SAFE_CSV = f"{CSV}; formulas=escape"  # no cell is a formula
Formulas = Literal["keep", "escape"]
Reader = Callable[[BinaryIO, model_rows.Rows, TargetColumn], Iterator[Block]]
Answering = Callable[[Iterable[Block]], Iterator[Answered]]  # the answers to blocks, in their order

FORMS: dict[str, tuple[Reader, type[Writer]]] = {
    JSON: (batch_read.json_blocks, batch_write.JsonWriter),
    NDJSON: (batch_read.line_blocks, batch_write.LinesWriter),
    CSV: (csv_blocks, batch_write.CsvWriter),
    SAFE_CSV: (csv_blocks, batch_write.SafeCsvWriter),
    ARROW: (arrow_blocks, batch_write.ArrowWriter),
}


def run(live: Live, order: dict[str, Any], body: BinaryIO, out: BinaryIO, sample: Sample) -> dict[str, Any]:
    """Answer every row of the body to `out`; returns what is known of the whole.

    The order has the body's `form`, `most` rows, and the policy for a `target` that the rows have. Raises Problem: 422
    where the body stops being rows, 413 where it has more than `most`.
    """
    form: str = order["form"]
    tally = Counter[str]()

    def counted(blocks: Iterable[Block]) -> Iterator[Answered]:
        for block in blocks:
            part = answered(live, block)
            sample.add(live, block, part)
            for value, times in part.counts(live):
                tally[label(value)] += times
            yield part

    target = TargetColumn(live.answers.target, order["target"])
    rows, invalid = score(live, form, body, out, counted, target, order["most"])
    headers = {"x-rows": str(rows), "x-rows-invalid": str(invalid)}
    if target.metric:
        name, value, compared = target.metric
        headers |= {"x-target-metric": name, "x-target-value": f"{value:.6g}", "x-target-rows": str(compared)}
    return {"type": form.partition(";")[0], "headers": headers, "tally": tally}


def score(
    live: Live,
    form: str,
    body: BinaryIO,
    out: BinaryIO,
    answering: Answering,
    target: TargetColumn,
    most: int | None = None,
) -> tuple[int, int]:
    """Answer every row of the body to `out`; how many rows there were, and how many of them were wrong.

    A wrong row has its mistakes in place of an answer. Raises Problem as `run` does.
    """
    read, write = FORMS[form]
    incoming, writer = read(body, live.rows, target), write(out, live)
    waiting: deque[tuple[Any, Any]] = deque()  # ids and actual values of the blocks that are on their way

    def blocks() -> Iterator[Block]:
        rows = 0
        for block in incoming:
            rows += len(block)
            if most is not None and rows > most:
                raise Problem(413, f"more than {most:,} rows: send them in parts")
            waiting.append((block.keys, block.actual))
            yield block

    rows, invalid = 0, 0
    for part in answering(blocks()):
        keys, actual = waiting.popleft()
        writer.add(keys, part)
        target.compare(actual, live.answers, part)
        rows += len(part)
        invalid += len(part.mistakes)
    writer.close(rows, invalid)
    return rows, invalid


def all_or_none(live: Live, blocks: Iterable[Block], most: int, numbered: bool = True) -> Iterator[Checked]:
    """Blocks of rows of which none may be wrong, checked.

    Raises Problem: 422 with the first mistakes, each by its row's number, after the last block that is good; 413.
    """
    errors: list[dict[str, Any]] = []
    first = 0
    for block in blocks:
        if first + len(block) > most:
            raise Problem(413, f"at most {most:,} rows are taken at once: send them in parts")
        part = checked(live, block)
        for place in sorted(part.mistakes):
            prefix = [str(first + place)] if numbered else []
            for error in part.mistakes[place]:
                errors.append({**error, "field": ".".join(filter(None, [*prefix, error["field"]]))})
            if len(errors) >= MOST_ERRORS:
                raise refused(errors)
        if not errors:
            yield part
        first += len(block)
    if errors:
        raise refused(errors)


def blocks_of(values: Iterator[Any], is_loose: bool = False) -> Iterator[Rows]:
    """Rows as Python objects, as many at a time as are read at once."""
    while chunk := list(islice(values, CHUNK)):
        yield Rows(chunk, [None] * len(chunk), is_loose=is_loose)


def answers(live: Live, part: Checked, sample: Sample) -> list[dict[str, Any]]:
    """What each of these rows is answered."""
    scores, limits = part.scored(live)
    sample.add(live, part.block, Answered(scores, part.mistakes, limits))
    return live.answers.of(scores, limits)
