"""Tensors of the v2 protocol: as JSON lists, or as bytes after the JSON (Triton's binary tensor data extension)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import orjson

from service.json_text import JsonStream
from service.model.answers import set_text
from service.problems import Problem, mistake, refused

LENGTH = struct.Struct("<I")
AT_ONCE = 2000  # numbers
NUMBERS = {
    "BOOL": np.dtype("?"),
    **{f"INT{bits}": np.dtype(f"<i{bits // 8}") for bits in (8, 16, 32, 64)},
    **{f"UINT{bits}": np.dtype(f"<u{bits // 8}") for bits in (8, 16, 32, 64)},
    **{f"FP{bits}": np.dtype(f"<f{bits // 8}") for bits in (16, 32, 64)},
}


DATATYPES = ("BYTES", *NUMBERS)


class Tensor(Protocol):
    """An input of which no more is unpacked at a time than is asked for."""

    @property
    def name(self) -> str: ...
    @property
    def length(self) -> int: ...
    def cells(self) -> Iterator[Any]: ...


@dataclass(frozen=True)
class Listed:
    """Data in JSON: a list of cells, each of which may be a list of one."""

    name: str
    text: bytes
    position: int
    length: int

    def cells(self) -> Iterator[Any]:
        for cells in JsonStream.at(self.text, self.position).cells(self.name):
            for cell in cells:
                yield cell[0] if isinstance(cell, list) and len(cell) == 1 else cell


class Binary:
    """Data as bytes behind the JSON. Raises Problem (400) where there are not as many as announced."""

    def __init__(self, name: str, kind: str, raw: memoryview, size: int) -> None:
        self.name, self._kind, self._raw = name, kind, raw
        if len(raw) != size:
            raise self._wrong(f"{size} bytes are announced, {len(raw)} came")
        if kind == "BYTES":
            self.length = sum(1 for _ in self._places())
        elif size % NUMBERS[kind].itemsize:
            raise self._wrong(f"{size} bytes are not a number of values")
        else:
            self.length = size // NUMBERS[kind].itemsize

    def _wrong(self, reason: str) -> Problem:
        return refused([mistake(self.name, f"not {self._kind}: {reason}", "bytes")], 400)

    def _places(self) -> Iterator[tuple[int, int]]:
        """Where each text begins and ends: in front of it is its length, 4 bytes, little endian."""
        at, size = 0, len(self._raw)
        while at < size:
            if size - at < 4:
                raise self._wrong("the last length is cut off")
            (length,) = LENGTH.unpack_from(self._raw, at)
            at += 4 + length
            if at > size:
                raise self._wrong("the last text is cut off")
            yield at - length, at

    def cells(self) -> Iterator[Any]:
        if self._kind == "BYTES":
            for start, end in self._places():
                try:
                    yield str(self._raw[start:end], "utf-8")
                except UnicodeDecodeError:
                    raise self._wrong("not UTF-8") from None
        else:
            numbers = np.frombuffer(self._raw, NUMBERS[self._kind])
            for start in range(0, self.length, AT_ONCE):
                yield from numbers[start : start + AT_ONCE].tolist()


@dataclass(frozen=True)
class Output:
    """A tensor of the answer."""

    name: str
    kind: str
    width: tuple[int, ...]  # of a row; empty if it is one value
    is_binary: bool

    def cells(self, answered: list[dict[str, Any]]) -> np.ndarray:
        values = [_cell(answer[self.name], bool(self.width)) for answer in answered]
        return np.array(values, dtype=NUMBERS.get(self.kind, np.dtype(object)))


def _cell(value: Any, is_wide: bool) -> Any:
    """A part of an answer as the values of a row; a set of classes is one text."""
    if isinstance(value, dict):
        return list(value.values())
    return set_text(value) if isinstance(value, list) and not is_wide else value


def encoded(kind: str, cells: np.ndarray, binary: bool) -> bytes:
    """Cells of an output as bytes, or as what stands between the brackets of a JSON list."""
    texts = [str(cell) for cell in cells] if kind == "BYTES" else None
    if binary:
        return cells.tobytes() if texts is None else b"".join(map(_with_length, texts))
    return orjson.dumps(cells.ravel().tolist() if texts is None else texts)[1:-1]


def _with_length(text: str) -> bytes:
    raw = text.encode()
    return LENGTH.pack(len(raw)) + raw
