"""What a person sees on stderr: a line per stage, progress bars, the table of gates."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from product import gates
from product.errors import UserError, said
from product.gates import Gate
from product.paths import GATED_STAGES, Paths

console = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def stage(name: str) -> Iterator[list[str]]:
    """Announces a stage when it ends, with its time and the remarks that the body put into the list.

    A person's mistake in the body ends the program with its message and exit code 1.
    """
    began = time.monotonic()
    remarks: list[str] = []
    try:
        yield remarks
    except (UserError, OSError) as error:
        stop(f"{name}: {said(error)}")
    console.print(f"[bold]{name:<19}[/bold] {time.monotonic() - began:5.1f} s  {'; '.join(remarks)}")


def progress() -> Progress:
    """A bar on stderr that goes away when done; none where stderr is no terminal."""
    return Progress(console=console, transient=True, disable=not console.is_terminal)


def stop(message: str) -> None:
    """End the program with a message and exit code 1."""
    print(message, file=sys.stderr)
    raise SystemExit(1)


def stop_at(failed: Iterable[Gate]) -> None:
    """End the program where a gate failed, each said in a line."""
    if lines := gates.failed(failed):
        stop("\n".join(lines))


def verdicts(paths: Paths, stage: str) -> list[Gate]:
    """Those of a gated stage; none where it was not reached."""
    return gates.load(paths.gates(stage)) if paths.judged(stage).exists() else []


def all_gates(paths: Paths) -> list[Gate]:
    """The verdicts of the last run, up to the stage at which it stopped; a stage without a verdict did not pass."""
    found: list[Gate] = []
    for name in GATED_STAGES:
        mine = verdicts(paths, name) or [Gate(f"{name}: not reached", "none", "a verdict", False)]
        found += mine
        if gates.failed(mine):
            break
    return found


def show_gates(found: list[Gate]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("gate", "value", "threshold", "verdict"):
        table.add_column(heading)
    for gate in found:
        table.add_row(
            gate.name,
            gate.value,
            gate.threshold,
            "[green]passed[/green]" if gate.passed else "[red]FAILED[/red]",
        )
    console.print(table)
