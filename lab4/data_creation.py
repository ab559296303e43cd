"""v1: the Titanic table of catboost.datasets.titanic(), or of the pinned copy where the network says no.

Both ways end in the same bytes: one canonical CSV (LF, integers as integers, floats in their shortest form,
empty = missing).
"""

import hashlib
import os
import sys
import tempfile
import threading
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Annotated, Final

import pandas as pd
import typer

HERE: Final = Path(__file__).resolve().parent
ID, TARGET = "PassengerId", "Survived"
V1: Final = ("Pclass", "Sex", "Age", TARGET)
SNAPSHOT_SHA256: Final = "7d118fef8b6ccf7f81111877bc388536f7b1e498a655e3d649d19aaa010e9f6f"


class Columns(StrEnum):
    V1 = "v1"
    ALL = "all"


def select(table: pd.DataFrame, columns: Columns, with_id: bool) -> pd.DataFrame:
    """The columns of one version, in the version's order; ALL is the raw table with all its 12."""
    if columns is Columns.ALL:
        return table
    return table[[ID, *V1] if with_id else list(V1)]


def to_csv(table: pd.DataFrame) -> bytes:
    """Canonical CSV: 22.0 is written as 22 and 0.42 as 0.42, as in the original file."""
    text: str = table.to_csv(index=False, lineterminator="\n", float_format=lambda v: str(v).removesuffix(".0"))
    return text.encode()


def from_catboost(seconds: float) -> pd.DataFrame:
    """The vendor's training table within so many seconds; raises RuntimeError with the reason otherwise.

    The vendor's code knows no timeout and leaves temporary files behind when it fails. So it runs in a thread
    that is not waited for longer, and in a temporary folder of its own, which goes away whatever happens.
    """
    from catboost import datasets  # here, because importing it costs more than all the rest

    served: list[pd.DataFrame] = []
    failure: list[str] = []

    def download() -> None:
        try:
            served.append(datasets.titanic()[0])
        except Exception as error:  # whatever it is, the pinned copy is the answer
            failure.append(f"failed: {' '.join(map(str, error.args)).replace(' %s', '')}")

    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="titanic-", ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = folder
        try:
            thread = threading.Thread(target=download, daemon=True)
            thread.start()
            thread.join(seconds)
        finally:
            tempfile.tempdir = before
    if served:
        return served[0]
    raise RuntimeError(failure[0] if failure else f"no answer within {seconds:g} s")


def from_snapshot(path: Path, sha256: str = SNAPSHOT_SHA256) -> pd.DataFrame:
    """The pinned copy; raises ValueError when its bytes are not the pinned ones."""
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(
            f"{path} was changed: its sha256 is {found}, pinned is {sha256}; get it back with: git checkout -- {path}"
        )
    return pd.read_csv(BytesIO(content))


def load(seconds: float, snapshot: Path) -> tuple[pd.DataFrame, str]:
    """The table and one line saying who served it.

    A table of the vendor's that differs is not taken: a version must not depend on the day.
    """
    pinned = from_snapshot(snapshot)
    instead = f"served by the pinned copy {snapshot.parent.name}/{snapshot.name}"
    if seconds <= 0:
        return pinned, f"{instead}: download switched off"
    try:
        table = from_catboost(seconds)
    except (RuntimeError, ImportError) as error:
        return pinned, f"{instead}: catboost.datasets.titanic() {error}"
    theirs, ours = (hashlib.sha256(to_csv(t)).hexdigest() for t in (table, pinned))
    if theirs != ours:
        return (
            pinned,
            f"{instead}: catboost.datasets.titanic() sent another table ({theirs}, pinned is {ours})",
        )
    return table, "served by catboost.datasets.titanic(), equal to the pinned copy"


def write(content: bytes, path: Path) -> None:
    """Beside, then renamed: a killed run leaves the earlier file whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def main(
    output: Annotated[Path, typer.Option(help="CSV to write.")] = HERE / "data" / "titanic.csv",
    columns: Annotated[Columns, typer.Option(help="v1: Pclass, Sex, Age, Survived. all: all twelve.")] = Columns.V1,
    with_id: Annotated[bool, typer.Option("--with-id", help="PassengerId in front (all has it anyway).")] = False,
    timeout: Annotated[
        float, typer.Option(envvar="TITANIC_TIMEOUT", help="Seconds for the download; 0: pinned copy only.")
    ] = 4.0,
    note: Annotated[Path | None, typer.Option(help="Also write here who served the table.")] = None,
    snapshot: Annotated[Path, typer.Option(help="The pinned copy.")] = HERE / "snapshot" / "train.csv",
) -> None:
    """Write the Titanic table of catboost.datasets.titanic() as CSV."""
    try:
        table, notice = load(timeout, snapshot)
        write(to_csv(select(table, columns, with_id)), output)
        if note:
            write(f"{notice}\n".encode(), note)
    except (OSError, ValueError) as error:
        sys.exit(f"data_creation.py: {error}")
    print(f"data_creation.py: {len(table)} rows {notice}", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
