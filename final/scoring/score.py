"""Rows of a file, answered in their order: the batch of the service, without a server."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

from service import batch
from service.live import Live

Answered = list[dict[str, Any] | list[dict[str, Any]]]
# values of rows, chunk by chunk -> what each is answered, in the same chunks and order
Answering = Callable[[Iterable[list[Any]]], Iterator[Answered]]


def here(live: Live) -> Answering:
    """Answers by this process."""
    return lambda chunks: (batch.predict(live, values) for values in chunks)


def score(live: Live, form: str, body: BinaryIO, out: BinaryIO, answering: Answering) -> tuple[int, int]:
    """Answer every row of the body to `out`; how many rows there were, and how many of them were wrong.

    A wrong row has its mistakes in place of an answer. Raises Problem where the body stops being rows.
    """
    read, write = batch.FORMS[form]
    incoming, writer = read(body, live.rows), write(out, live)
    waiting: list[list[Any]] = []  # ids of the chunks that are on their way

    def chunks() -> Iterator[list[Any]]:
        while chunk := list(islice(incoming, batch.CHUNK)):
            waiting.append([key for key, _ in chunk])
            yield [value for _, value in chunk]

    rows, invalid = 0, 0
    for answered in answering(chunks()):
        writer.add(list(zip(waiting.pop(0), answered, strict=True)))
        rows += len(answered)
        invalid += sum(isinstance(one, list) for one in answered)
    writer.close(rows, invalid)
    return rows, invalid
