"""Version v0: the raw Titanic table of catboost.datasets.titanic(), or of the pinned copy if the download fails.

Both ways end in the same bytes: LF line ends, 22.0 written as 22, an empty cell for a missing value.
"""

import hashlib
import io
import sys
import tempfile
import threading
from pathlib import Path
from typing import Annotated, Final

import pandas as pd
import typer

HERE: Final = Path(__file__).resolve().parent
SNAPSHOT_SHA256: Final = "7d118fef8b6ccf7f81111877bc388536f7b1e498a655e3d649d19aaa010e9f6f"


def to_csv(table: pd.DataFrame) -> str:
    return str(table.to_csv(index=False, lineterminator="\n", float_format=lambda v: str(v).removesuffix(".0")))


def from_catboost(seconds: float) -> pd.DataFrame:
    """CatBoost's training table within so many seconds; raises RuntimeError with the reason otherwise.

    CatBoost's download has no timeout and leaves temporary files behind when it fails. So it runs in a thread that is
    abandoned when it is late, and in a temporary folder of its own.
    """
    from catboost import datasets  # here, because this import costs more than all the rest

    tables: list[pd.DataFrame] = []
    failures: list[str] = []

    def download() -> None:
        try:
            tables.append(datasets.titanic()[0])
        except Exception as error:  # whatever it is, the pinned copy replaces the download
            failures.append(f"failed: {' '.join(map(str, error.args)).replace(' %s', '')}")

    with tempfile.TemporaryDirectory(prefix="titanic-", ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = folder
        try:
            thread = threading.Thread(target=download, daemon=True)
            thread.start()
            thread.join(seconds)
        finally:
            tempfile.tempdir = None
    if tables:
        return tables[0]
    raise RuntimeError(failures[0] if failures else f"gave no answer within {seconds:g} s")


def from_snapshot(path: Path) -> pd.DataFrame:
    """The pinned copy; raises ValueError when its bytes are not the pinned ones."""
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != SNAPSHOT_SHA256:
        raise ValueError(
            f"{path} was changed: its sha256 is {sha256}, pinned is {SNAPSHOT_SHA256}; "
            f"restore it with: git checkout -- {path}"
        )
    return pd.read_csv(io.BytesIO(content))


def load(seconds: float, snapshot: Path) -> tuple[str, str]:
    """The table as CSV and one line about its source.

    A downloaded table that differs from the pinned one is not used: a version must not depend on the day.
    """
    pinned = to_csv(from_snapshot(snapshot))
    fallback = f"from the pinned copy {snapshot.parent.name}/{snapshot.name}"
    if seconds <= 0:
        return pinned, f"{fallback}: the download is switched off"
    try:
        downloaded = to_csv(from_catboost(seconds))
    except (RuntimeError, ImportError) as error:
        return pinned, f"{fallback}: catboost.datasets.titanic() {error}"
    if downloaded != pinned:
        return pinned, f"{fallback}: catboost.datasets.titanic() sent another table"
    return downloaded, "from catboost.datasets.titanic(), equal to the pinned copy"


def main(
    output: Annotated[Path, typer.Option(help="CSV to write.")] = HERE / "data" / "v0.csv",
    timeout: Annotated[
        float, typer.Option(envvar="TITANIC_TIMEOUT", help="Seconds for the download; 0: pinned copy only.")
    ] = 4.0,
    snapshot: Annotated[Path, typer.Option(help="The pinned copy.")] = HERE / "snapshot" / "train.csv",
) -> None:
    """Write the Titanic table of catboost.datasets.titanic() as CSV."""
    try:
        content, source = load(timeout, snapshot)
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(content, encoding="utf-8", newline="")
    except (OSError, ValueError) as error:
        sys.exit(f"data_creation.py: {error}")
    print(f"data_creation.py: {content.count(chr(10)) - 1} rows {source}", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
