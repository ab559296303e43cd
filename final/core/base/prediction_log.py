"""Names in a prediction log: its Parquet files, which the service writes, and their columns."""

from pathlib import Path

PREDICTIONS = "predictions"  # the files' names begin with it
PREFIX = "row_"  # of the contract's columns
TIME, REQUEST, MODEL, ANSWER = "time", "request_id", "model", "answer"
ID = "id"  # the product's own, of a row of a table that has it


def log_files(folder: Path, kind: str = PREDICTIONS) -> list[Path]:
    """The whole files of one kind, the oldest first: a name begins with the time of writing."""
    return sorted(folder.glob(f"{kind}-*.parquet"))
