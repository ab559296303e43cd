"""Blocks with their answers: what readers give and the engine answers, for writers."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from core.base.errors import UserError
from scoring.ahead import in_order
from scoring.reading import Input
from service.batch.block import Answered, Block, Checked, checked
from service.batch.block import answered as answer_block
from service.batch.score import Answering
from service.batch.target import TargetColumn
from service.batch.write import record_batch
from service.model.live import Live

AHEAD = 2  # blocks that are read before the first of them is written


def in_a_thread(live: Live) -> Answering:
    """Answers by a thread, while this one reads and writes: Arrow and CatBoost let go of Python's lock."""

    def answering(blocks: Iterable[Block]) -> Iterator[Answered]:
        with ThreadPoolExecutor(1) as thread:
            for future in in_order(blocks, lambda block: thread.submit(answer_block, live, block), AHEAD):
                yield future.result()

    return answering


@dataclass
class AnsweredBlock:
    """Rows that stand next to each other, and their answers; `first` is the number of the first, from 1."""

    first: int
    block: Block
    answered: Answered
    live: Live

    def __len__(self) -> int:
        return len(self.answered)

    @cached_property
    def batch(self) -> pa.RecordBatch:
        """The answers as columns."""
        return record_batch(self.live, self.block.keys, self.answered)

    def checked(self) -> Checked:
        """What the model saw of the good rows."""
        return checked(self.live, self.block)


def answered_blocks(
    live: Live, rows: Input, answering: Answering, target: TargetColumn, done: int = 0
) -> Iterator[AnsweredBlock]:
    """The answers of all rows but the first `done`, which end a block; memory is bounded by some blocks."""
    waiting: deque[Block] = deque()

    def left() -> Iterator[Block]:
        skipped = 0
        for block in rows.blocks(live, target):
            if skipped < done:
                skipped += len(block)
                continue
            if skipped > done:
                raise UserError("the rows come in other blocks than before: run it again without --resume")
            waiting.append(block)
            yield block

    first = done + 1
    for answered in answering(left()):
        block = waiting.popleft()
        target.compare(block.actual, live.answers, answered)
        yield AnsweredBlock(first, block, answered, live)
        first += len(answered)
