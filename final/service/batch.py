"""A batch: rows of a body, validated one by one, predicted chunk by chunk, answered in their order.

Memory is bounded by a chunk: neither the body nor the answer is ever held as a whole.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

from pydantic import BaseModel, ValidationError

from service import batch_read, batch_write
from service.batch_read import NoRow, Reader
from service.batch_write import Writer
from service.live import Live
from service.metrics import label
from service.problems import Problem, explain

CHUNK = 2000  # rows; large enough that what a call costs does not count, small enough for the memory
JSON, NDJSON, CSV, ARROW = "application/json", "application/x-ndjson", "text/csv", "application/vnd.apache.arrow.stream"
Answered = list[dict[str, Any] | list[dict[str, Any]]]
# values of rows, chunk by chunk -> what each is answered, in the same chunks and order
Answering = Callable[[Iterable[list[Any]]], Iterator[Answered]]
FORMS: dict[str, tuple[Reader, type[Writer]]] = {
    JSON: (batch_read.json_array, batch_write.JsonWriter),
    NDJSON: (batch_read.json_lines, batch_write.LinesWriter),
    CSV: (batch_read.csv_table, batch_write.CsvWriter),
    ARROW: (batch_read.arrow_stream, batch_write.ArrowWriter),
}


def run(live: Live, form: str, most: int, body: BinaryIO, out: BinaryIO) -> dict[str, Any]:
    """Answer every row of the body to `out`; returns what is known of the whole.

    Raises Problem: 422 where the body stops being rows, 413 where it has more than `most`.
    """
    tally = Counter[str]()

    def counted(chunks: Iterable[list[Any]]) -> Iterator[Answered]:
        for answered in here(live)(chunks):
            tally.update(label(one["prediction"]) for one in answered if not isinstance(one, list))
            yield answered

    rows, invalid = score(live, form, body, out, counted, most)
    return {"type": form, "headers": {"x-rows": str(rows), "x-rows-invalid": str(invalid)}, "tally": tally}


def here(live: Live) -> Answering:
    """Answers by this process."""
    return lambda chunks: (predict(live, values) for values in chunks)


def score(
    live: Live, form: str, body: BinaryIO, out: BinaryIO, answering: Answering, most: int | None = None
) -> tuple[int, int]:
    """Answer every row of the body to `out`; how many rows there were, and how many of them were wrong.

    A wrong row has its mistakes in place of an answer. Raises Problem as `run` does.
    """
    read, write = FORMS[form]
    incoming, writer = read(body, live.rows), write(out, live)
    waiting: deque[list[Any]] = deque()  # ids of the chunks that are on their way

    def chunks() -> Iterator[list[Any]]:
        rows = 0
        while chunk := list(islice(incoming, CHUNK)):
            rows += len(chunk)
            if most is not None and rows > most:
                raise Problem(413, f"more than {most:,} rows: send them in parts")
            waiting.append([key for key, _ in chunk])
            yield [value for _, value in chunk]

    rows, invalid = 0, 0
    for answered in answering(chunks()):
        writer.add(list(zip(waiting.popleft(), answered, strict=True)))
        rows += len(answered)
        invalid += sum(isinstance(one, list) for one in answered)
    writer.close(rows, invalid)
    return rows, invalid


def predict(live: Live, values: list[Any]) -> Answered:
    """The answer of each value that is a row by the contract, the mistakes of each that is none."""
    checked = [value if isinstance(value, NoRow) else live.rows.one_or_error(value) for value in values]
    good = [row for row in checked if isinstance(row, BaseModel)]
    answers = iter(live.answers.of(live.model.scores(live.rows.columns(good))) if good else [])
    return [_mistakes(row, live) if isinstance(row, ValidationError | NoRow) else next(answers) for row in checked]


def _mistakes(row: ValidationError | NoRow, live: Live) -> list[dict[str, Any]]:
    return row if isinstance(row, NoRow) else explain(row.errors(include_url=False), live.rows.names)


def whole(live: Live, values: list[Any], most: int) -> list[dict[str, Any]]:
    """The answers of rows of which none may be wrong. Raises Problem: 422 with each mistake by its row, 413."""
    if len(values) > most:
        raise Problem(413, f"{len(values):,} rows, at most {most:,} are taken at once: send them in parts")
    answered = predict(live, values)
    errors = [
        {**error, "field": ".".join(filter(None, [str(number), error["field"]]))}
        for number, one in enumerate(answered)
        if isinstance(one, list)
        for error in one
    ]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise Problem(422, f"{errors[0]['field']}: {errors[0]['reason']}{more}", errors)
    return [one for one in answered if not isinstance(one, list)]
