"""How far a run is, for a person: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.base.terminal import console
from scoring.reading import Input

if TYPE_CHECKING:
    from rich.progress import Progress

EVERY = 30  # seconds between two lines where stderr is not a terminal


class Shown:
    """What is shown of a run. `rows` counts those that an earlier run answered, the speed does not."""

    def __init__(self, rows: Input, bar: "Progress | None") -> None:
        self._input, self._bar = rows, bar
        self._began = self._last = time.monotonic()
        self._first: int | None = None
        self._task = bar.add_task("score", total=rows.total, rows="", speed="") if bar else None

    def now(self, rows: int, block: int) -> None:
        """So many rows are answered, the last of them in a block of that many."""
        moment = time.monotonic()
        if self._first is None:
            self._first = rows - block
        speed = (rows - self._first) / max(moment - self._began, 1e-3)
        if self._bar and self._task is not None:
            self._bar.update(
                self._task, completed=self._input.position, rows=f"{rows:,} rows", speed=f"{speed:,.0f} rows/s"
            )
        elif moment - self._last >= EVERY:
            self._last = moment
            share = f" ({self._input.position / self._input.total:.0%})" if self._input.total else ""
            console.print(f"score: {rows:,} rows{share}, {speed:,.0f} rows/s")


@contextmanager
def shown(rows: Input) -> Iterator[Shown]:
    """A bar that disappears when done; lines where stderr is not a terminal."""
    if not console.is_terminal:
        yield Shown(rows, None)
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]}"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        yield Shown(rows, bar)
