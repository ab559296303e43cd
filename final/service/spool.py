"""Where bodies of batches wait until all of them is here: in memory while they are short, then on disk."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

from service.problems import busy

IN_MEMORY = 2**20  # bytes of a body; what is longer waits on disk
PIECE = 2**18
logger = logging.getLogger("service")


class Spool:
    """Room for the bodies that arrive at once."""

    def __init__(self, most: int) -> None:
        self.most, self.used = most, 0

    @asynccontextmanager
    async def body(self, arriving: AsyncIterator[bytes]) -> AsyncIterator[AsyncIterator[bytes]]:
        """A body once all of it is here, to be read again. Raises Problem: 429, 503, and what `arriving` raises."""
        short, length, file = bytearray(), 0, None
        try:
            try:
                async for piece in arriving:
                    if self.used + len(piece) > self.most:
                        raise busy(429, f"bodies of more than {self.most:,} bytes are arriving; ask again later", 5)
                    self.used += len(piece)
                    length += len(piece)
                    if file is None:
                        short += piece
                        if length <= IN_MEMORY:
                            continue
                        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
                        piece, short = bytes(short), bytearray()
                    await asyncio.to_thread(_write, file, piece)
                if file is not None:
                    file.seek(0)
            except OSError as error:
                logger.error("no room for a body in %s: %s", tempfile.gettempdir(), error.strerror)  # noqa: TRY400
                raise busy(503, "the server has no room for the body; its log has the details", 5) from None
            yield _stored(file, bytes(short))
        finally:
            self.used -= length
            if file is not None:
                file.close()


def _write(file: IO[bytes], piece: bytes) -> None:
    """All of a piece: a file without a buffer may take a part."""
    rest = memoryview(piece)
    while rest:
        rest = rest[file.write(rest) :]


async def _stored(file: IO[bytes] | None, short: bytes) -> AsyncIterator[bytes]:
    if file is None:
        if short:
            yield short
        return
    while piece := await asyncio.to_thread(file.read, PIECE):
        yield piece
