"""OUTPUT.part and OUTPUT.part.json: what a run has written, how far it is, and which run it is."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

from core.base.errors import UserError
from core.base.files import write_json

ANEW = "run it again without --resume to begin anew"


@dataclass
class State:
    """How far a run is: what is on the disk for certain."""

    rows: int = 0
    invalid: int = 0
    bytes: int = 0
    errors_bytes: int = 0
    compared: tuple[int, float] = (0, 0.0)  # rows, and the sum of the metric
    is_complete: bool = False  # every row is in the part, which only has to be delivered


class Part:
    """The files of an unfinished output. Use `held`."""

    def __init__(self, path: Path, identity: dict[str, Any], errors: Path | None) -> None:
        self.path, self.identity = path, identity
        self.journal = path.with_name(f"{path.name}.json")
        self.errors = errors.with_name(f"{errors.name}.part") if errors else None
        self.state = State()

    def load(self) -> None:
        """The state that the journal knows. Raises UserError if it is of another run, or if there is none."""
        try:
            entry = json.loads(self.journal.read_bytes())
            state = State(**{name.name: entry["state"][name.name] for name in fields(State)})
            state.compared = (int(state.compared[0]), float(state.compared[1]))
            before = entry["run"]
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{self.journal}: cannot be read ({error}): {ANEW}") from None
        now = json.loads(json.dumps(self.identity))
        for name in now.keys() | before.keys():
            if now.get(name) != before.get(name):
                raise UserError(
                    f"{self.path}: the run that is to be resumed had {_difference(name, before, now)}: {ANEW}"
                )
        for file, size in ((self.path, state.bytes), (self.errors, state.errors_bytes)):
            if file is not None and (file.stat().st_size if file.exists() else 0) < size:
                raise UserError(f"{file}: is shorter than its journal says: {ANEW}")
        self.state = state

    def save(self, out: BinaryIO, errors: BinaryIO | None, state: State) -> None:
        """Put what was written on the disk, and then the state that says so."""
        for file in (out, errors):
            if file is not None:
                file.flush()
                os.fsync(file.fileno())
        state.bytes = out.tell()
        state.errors_bytes = errors.tell() if errors else 0
        write_json({"run": self.identity, "state": asdict(state)}, self.journal)
        self.state = state

    def remove(self) -> None:
        for path in (self.path, self.errors, self.journal):
            if path is not None:
                path.unlink(missing_ok=True)


def _difference(name: str, before: dict[str, Any], now: dict[str, Any]) -> str:
    if name == "input":
        return "another INPUT, or INPUT has changed since"
    if name == "model":
        return f"model {str(before.get(name))[:12]}, and this one has {str(now.get(name))[:12]}"
    return f"{name} {before.get(name)!r}, and this one has {now.get(name)!r}"


@contextmanager
def held(part: Part) -> Iterator[BinaryIO]:
    """The part as a file that no other run writes. Raises UserError if another run holds it."""
    while True:
        file = os.fdopen(os.open(part.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666), "r+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise UserError(f"{part.path}: another run is writing the same output; wait for its end") from None
        if part.path.exists() and part.path.stat().st_ino == os.fstat(file.fileno()).st_ino:
            break
        file.close()  # its run has just ended, and made it the output
    try:
        yield file
    finally:
        with suppress(OSError):  # of a full disk: what matters was said when it was written
            file.close()


def cut(file: BinaryIO, size: int) -> None:
    """Leave the first `size` bytes, and write behind them."""
    file.truncate(size)
    file.seek(size)
