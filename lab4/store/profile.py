"""What is known about one version of the table: enough to see how another copy differs."""

import csv
import hashlib
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["integer", "number", "text"]


@dataclass(frozen=True)
class Column:
    """One column; the mean is over the known values and None for text."""

    name: str
    kind: Kind
    missing: int
    mean: float | None


@dataclass(frozen=True)
class Profile:
    """One CSV file; bytes is its size."""

    md5: str
    sha256: str
    bytes: int
    rows: int
    columns: tuple[Column, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Profile":
        return cls(**{**content, "columns": tuple(Column(**c) for c in content["columns"])})


def read(path: Path) -> dict[str, list[str]]:
    """The cells of a CSV by column, as text."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return {name: [row[i] for row in rows] for i, name in enumerate(header)}


def _column(name: str, cells: list[str]) -> Column:
    known = [cell for cell in cells if cell]
    missing = len(cells) - len(known)
    for kind, convert in (("integer", int), ("number", float)):
        try:
            numbers = [convert(cell) for cell in known]
        except ValueError:
            continue
        # fsum is exact: the same file has the same mean everywhere, so means can be compared for equality.
        return Column(name, kind, missing, math.fsum(numbers) / len(numbers) if numbers else None)  # type: ignore[arg-type]
    return Column(name, "text", missing, None)


def profile(path: Path) -> Profile:
    content = path.read_bytes()
    table = read(path)
    return Profile(
        md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        rows=len(next(iter(table.values()))),
        columns=tuple(_column(name, cells) for name, cells in table.items()),
    )


def differences(published: Profile, found: Profile) -> list[str]:
    """What differs, in words; empty when the two are the same in every point."""
    said = []
    for what in ("sha256", "md5", "bytes", "rows"):
        old, new = getattr(published, what), getattr(found, what)
        if old != new:
            said.append(f"{what} {new}, published {old}")
    names, found_names = ([c.name for c in p.columns] for p in (published, found))
    if names != found_names:
        said.append(f"columns {found_names}, published {names}")
        return said
    for old, new in zip(published.columns, found.columns, strict=True):
        if old != new:
            said.append(
                f"column {old.name}: {new.kind}, {new.missing} missing, mean {new.mean}, "
                f"published {old.kind}, {old.missing} missing, mean {old.mean}"
            )
    return said


def changes(before: Path, after: Path) -> list[str]:
    """What one version changed in the one before it, found by comparing them cell by cell."""
    old, new = read(before), read(after)
    said, same = [], []
    for name in old.keys() & new.keys():
        pairs = [(a, b) for a, b in zip(old[name], new[name], strict=True) if a != b]
        if pairs:
            empty = sum(not a for a, _ in pairs)
            said.append(f"{name}: {len(pairs)} of {len(old[name])} cells changed, {empty} of them were missing")
    same = [name for name in new if name in old and old[name] == new[name]]
    if gone := [name for name in old if name not in new]:
        said.append(f"removed: {', '.join(gone)}")
    if added := [name for name in new if name not in old]:
        said.append(f"added: {', '.join(added)}")
    return [*said, f"unchanged: {', '.join(same)}"] if same else said
