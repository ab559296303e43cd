"""What the head of a request says, and the headers that every answer has."""

import itertools
import os
import re
from collections.abc import Iterable
from typing import NamedTuple

Header = tuple[bytes, bytes]
REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")


class Head(NamedTuple):
    request_id: bytes
    content_type: bytes
    length: int


class HeadReader:
    """Reads heads; gives each request an id, unless the client has sent one."""

    def __init__(self) -> None:
        self._start, self._numbers = os.urandom(6).hex(), itertools.count()

    def read(self, headers: Iterable[Header]) -> Head:
        request_id, content_type, length = f"{self._start}-{next(self._numbers):x}".encode(), b"", 0
        for name, value in headers:
            if name == b"content-length":
                length = int(value)
            elif name == b"content-type":
                content_type = value
            elif name == b"x-request-id" and REQUEST_ID.fullmatch(value):
                request_id = value
        return Head(request_id, content_type, length)
