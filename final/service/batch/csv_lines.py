"""The text of a CSV, taken by blocks of whole lines or line by line."""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

from service.batch import csv_form
from service.json_text import LONGEST

BYTES = 2**21  # of a block; more only if its record is longer
MOST_BYTES = 4 * LONGEST  # of a record: characters of UTF-8


def pieces(body: BinaryIO, encoding: str) -> Iterator[bytes]:
    """The body in UTF-8, without a byte order mark. With an encoding, what is not UTF-8 is read in it."""
    if encoding:
        for text in csv_form.texts_of(body, encoding):
            yield text.encode("utf-8", "surrogatepass")
        return
    first = body.read(BYTES)
    yield first.removeprefix(codecs.BOM_UTF8)
    while piece := body.read(BYTES):
        yield piece


class Lines:
    """A text in UTF-8, taken by blocks of whole lines, or line by line; `number` is how many lines were taken."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._held, self._ended = pieces, b"", False
        self._error: UnicodeDecodeError | None = None
        self._waiting: list[str] = []  # lines of a block that is taken line by line
        self.number = 0
        self.length = 0  # characters of the record that is being taken

    def _fill(self, size: int) -> None:
        while len(self._held) < size and not self._ended:
            try:
                piece = next(self._pieces, b"")
            except UnicodeDecodeError as error:
                self._error, piece = error, b""
            self._ended = not piece
            self._held += piece

    def block(self) -> bytes:
        """The next lines, of about BYTES; empty at the end. Raises Problem, UnicodeDecodeError."""
        size = BYTES
        while True:
            self._fill(size)
            end = len(self._held) if self._ended and not self._error else self._held.rfind(b"\n") + 1
            if end == 0 and (self._ended or len(self._held) > MOST_BYTES):
                end = self._held.rfind(b"\r", 0, len(self._held) - 1) + 1
            if end or self._ended:
                break
            if len(self._held) > MOST_BYTES:
                raise csv_form.TOO_LONG
            size *= 2
        if not end and self._error:
            raise self._error
        block, self._held = self._held[:end], self._held[end:]
        return block

    def give_back(self, rest: bytes) -> None:
        self._held = rest + self._held

    def peek(self) -> str:
        """The first line. Raises UnicodeDecodeError."""
        if not self._waiting:
            self._wait()
        return self._waiting[-1] if self._waiting else ""

    def _wait(self) -> None:
        """Take a block line by line. Raises UnicodeDecodeError."""
        block = self.block()
        try:
            text = block.decode()
        except UnicodeDecodeError as error:
            self.number += block.count(b"\n", 0, error.start)
            raise
        self._waiting = [*io.StringIO(text, newline="")][::-1]

    def record(self) -> Iterator[str]:
        """The lines of one record, each taken when it is asked for. Raises Problem where it is too long."""
        self.length = 0
        return iter(self._line, "")

    def _line(self) -> str:
        if not self._waiting:
            self._wait()
        if not self._waiting:
            return ""
        line = self._waiting.pop()
        self.number += 1
        self.length += len(line)
        if self.length > LONGEST:
            raise csv_form.TOO_LONG
        return line

    @property
    def is_between_blocks(self) -> bool:
        return not self._waiting

    def back_to_blocks(self) -> None:
        """The lines that wait become a block again."""
        self.give_back("".join(reversed(self._waiting)).encode("utf-8", "surrogatepass"))
        self._waiting = []
