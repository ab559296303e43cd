"""JSON as every protocol here takes it, read piece by piece, so that a body costs its own length and one row.

UTF-8 with or without a byte order mark. A name that is there twice is a mistake, NaN and Infinity are numbers that the
contract refuses by field. What no row can hold stands for itself: a value nested without end becomes an empty list, an
integer of thousands of digits becomes infinite, so that the contract refuses both by field, too.
"""

import codecs
import io
import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

PIECE = 64 * 1024
LONGEST = 2**20  # characters of one row, or of another value that is read as a whole
MOST_NAMES = 10_000  # of one object
MOST_DIGITS = 4300  # Python's own limit
MORE_OF_A_NUMBER = ("", *".eE+-0123456789")  # what may follow in the next piece, the empty text for all that may
SPACES = " \t\n\r"
SPACE = re.compile(f"[{SPACES}]*")
NO_BRACKETS = r'(?:[^"\[\]{}]++|"(?:[^"\\]|\\.)*+")*+'
FLAT = re.compile(rf"(?:[^\"\[\]{{}}]++|\"(?:[^\"\\]|\\.)*+\"|\[{NO_BRACKETS}\])*+", re.DOTALL)
# what stands between the brackets of an array of plain values, alone or as a list of one, but for the last of them
PLAIN_CELL = r'(?:"[^"\\]*+"|[-+.0-9eE]++|true|false|null|NaN)[ \t\n\r]*+'
PLAIN_CELLS = re.compile(rf"(?:(?:{PLAIN_CELL}|\[[ \t\n\r]*+(?:{PLAIN_CELL})?\][ \t\n\r]*+),[ \t\n\r]*+)++")
NOT_UTF8 = "not JSON: not UTF-8"
CUT = "not JSON: it is not complete"


class JsonError(ValueError):
    """What is wrong with a text: the reason, and the field if it is of one; then the text can be read on."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


class _TwiceError(ValueError):
    """str() is the name that is there twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise _TwiceError(name)
        members[name] = value
    return members


def _integer(digits: str) -> float:
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


_fast = json.JSONDecoder().raw_decode
_any_length = json.JSONDecoder(parse_int=_integer).raw_decode
_careful = json.JSONDecoder(parse_int=_integer, object_pairs_hook=_unique).raw_decode


def _decode(text: str, at: int) -> tuple[Any, int]:
    """A value, or a JsonError in its place, and where it ends. Raises JSONDecodeError, RecursionError."""
    try:
        value, end = _fast(text, at)
    except json.JSONDecodeError:
        raise
    except ValueError:
        value, end = _any_length(text, at)
    # each name has a colon: as many colons as names, and no object inside, means that no name is there twice
    may_repeat = type(value) is dict and len(value) != text.count(":", at, end)
    if may_repeat or text.find("{", at + 1, end) >= 0:
        try:
            _careful(text, at)
        except _TwiceError as error:
            return JsonError("is there twice", str(error)), end
    return value, end


def loads(body: bytes) -> Any:
    """The value of a text that is here as a whole. Raises JsonError."""
    try:
        text = body.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        raise JsonError(NOT_UTF8) from None
    try:
        value, end = _decode(text, 0)
    except (json.JSONDecodeError, RecursionError):
        value, end = None, -1  # a cursor finds out what is wrong
    if end < 0 or text[end:].strip(SPACES) or isinstance(value, JsonError):
        stream = JsonStream.of(text)
        value = stream.value()
        stream.end()
    return value


class JsonStream:
    """A cursor that goes once through a JSON text; each method reads on from where it is and raises JsonError."""

    def __init__(self, body: BinaryIO) -> None:
        self.text, self.ended = "", False
        self._at, self._read = 0, 0
        self._body, self._utf8 = body, codecs.getincrementaldecoder("utf-8-sig")()

    @classmethod
    def of(cls, text: str) -> "JsonStream":
        """A cursor in front of a text that is here as a whole."""
        stream = cls(io.BytesIO())
        stream.text, stream.ended = text, True
        return stream

    @classmethod
    def at(cls, body: bytes, position: int) -> "JsonStream":
        """A cursor at a position that `tell` gave for the same body."""
        content = io.BytesIO(body)
        stream = cls(content)
        stream._read = content.seek(position)
        return stream

    def tell(self) -> int:
        """Bytes of the body in front of the cursor."""
        undecoded = self._utf8.getstate()[0]
        return self._read - len(undecoded) - len(self.text[self._at :].encode())

    def _more(self) -> None:
        piece = self._body.read(max(PIECE, len(self.text) - self._at))  # twice as much: what is read again stays little
        self._read += len(piece)
        self.ended = not piece
        try:
            self.text, self._at = self.text[self._at :] + self._utf8.decode(piece, final=self.ended), 0
        except UnicodeDecodeError:
            raise JsonError(NOT_UTF8) from None

    def sign(self) -> str:
        """The next character that is no space, which is not read yet; empty at the end."""
        while True:
            match = SPACE.match(self.text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self.text) or self.ended:
                return self.text[self._at : self._at + 1]
            self._more()

    def _take(self, signs: str) -> str:
        """Read one of these characters."""
        if (sign := self.sign()) == "" or sign not in signs:
            raise JsonError(f"not JSON: {' or '.join(signs)} must follow" if sign else CUT)
        self._at += 1
        return sign

    def end(self) -> None:
        if self.sign():
            raise JsonError("something follows the JSON")

    def value(self, nested: bool = False) -> Any:
        """The next value as a whole. After an error that names a field the cursor is behind the value."""
        self.sign()
        while True:
            try:
                value, end = _decode(self.text, self._at)
            except json.JSONDecodeError as error:
                if self.ended:
                    raise JsonError(f"not JSON: {error.msg}" if self.text[self._at :] else CUT) from None
                self._bounded(self._at)
            except RecursionError:
                return self._without_depth(nested)
            else:
                if self.ended or self.text[end : end + 1] not in MORE_OF_A_NUMBER:
                    break
                self._bounded(self._at)
            self._more()
        self._at = end
        if isinstance(value, JsonError):
            raise value
        return value

    def _bounded(self, start: int) -> None:
        if len(self.text) - start > LONGEST:
            raise JsonError(f"not JSON, or longer than {LONGEST:,} characters")

    def _without_depth(self, nested: bool) -> Any:
        """A value that is nested too deeply: what is plain in it stays, all else becomes an empty list."""
        if nested:
            self.skip()
            return []
        last = self._read + LONGEST
        if self.sign() == "{":
            return {name: self._part(last) for name in self.members()}
        return [self._part(last) for _ in self.each()]

    def _part(self, last: int) -> Any:
        if self._read > last:
            raise JsonError(f"not JSON, or longer than {LONGEST:,} characters")
        return self.value(nested=True)

    def skip(self) -> None:
        """Go behind an array or object without looking into it."""
        depth = 0
        while True:
            match = FLAT.match(self.text, self._at) if depth else None
            self._at = match.end() if match else self._at
            sign = self.text[self._at : self._at + 1]
            if sign in ("", '"'):
                if self.ended:
                    raise JsonError(CUT)
                self._bounded(self._at)
                self._more()
            else:
                depth += 1 if sign in "[{" else -1
                self._at += 1
                if not depth:
                    return

    def each(self) -> Iterator[None]:
        """Stops at each element of an array; who asks reads it."""
        self._take("[")
        if self.sign() == "]":
            self._at += 1
            return
        while True:
            yield
            if self._take(",]") == "]":
                return

    def elements(self) -> Iterator[Any]:
        """The elements of an array, with a JsonError in place of one that has a mistake of its own."""
        for _ in self.each():
            try:
                yield self.value()
            except JsonError as error:
                if error.field is None:
                    raise
                yield error

    def cells(self, column: str) -> Iterator[list[Any]]:
        """The elements of an array of plain values, alone or as a list of one, many at a time."""
        self._take("[")
        if self.sign() == "]":
            self._at += 1
            return
        while True:
            self.sign()
            run = PLAIN_CELLS.match(self.text, self._at)
            if run:
                self._at = run.end()
                yield JsonStream.of(f"[{run.group().rstrip().removesuffix(',')}]").value()
            else:
                cell = self.value()
                if isinstance(cell, dict) or (isinstance(cell, list) and len(cell) > 1):
                    raise JsonError(f"must be a list of plain values, one is of type {type(cell).__name__}", column)
                yield [cell]
                if self._take(",]") == "]":
                    return

    def length(self, column: str) -> int:
        """How many elements an array of plain values has; the cursor is behind it then."""
        return sum(map(len, self.cells(column)))

    def members(self) -> Iterator[str]:
        """Stops at each member of an object, with its name; who asks reads the value.

        A name that is there twice is an error at the end, when the cursor is behind the object.
        """
        self._take("{")
        names: set[str] = set()
        twice = None
        closed = self.sign() == "}"
        self._at += closed
        while not closed:
            if self.sign() != '"':
                raise JsonError("not JSON: a name must be a string" if self.sign() else CUT)
            name = self.value()
            self._take(":")
            if name in names:
                twice = name
            names.add(name)
            if len(names) > MOST_NAMES:
                raise JsonError(f"an object has more than {MOST_NAMES:,} names")
            yield name
            closed = self._take(",}") == "}"
        if twice is not None:
            raise JsonError("is there twice", twice)


def rows_of(columns: dict[str, JsonStream]) -> Iterator[dict[str, Any]]:
    """The rows of a table; each cursor is in front of a column, an array. All columns are read together, piecewise."""
    cells = [chain.from_iterable(stream.cells(name)) for name, stream in columns.items()]
    return (dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True))
