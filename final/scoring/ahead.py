"""Blocks that are answered elsewhere while others are read and written."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from service.batch.block import Block

Begun = TypeVar("Begun")


def in_order(blocks: Iterable[Block], begin: Callable[[Block], Begun], most: int) -> Iterator[Begun]:
    """What `begin` gives for each block, in their order, when `most` others have been begun after it."""
    waiting: deque[Begun] = deque()
    for block in blocks:
        waiting.append(begin(block))
        if len(waiting) > most:
            yield waiting.popleft()
    yield from waiting
