"""The folder of the log: files appear whole, and the oldest go when there are too many bytes or they are too old."""

import itertools
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core.base.files import replacing
from core.base.prediction_log import PREDICTIONS, log_files

LEFT_BEHIND = 3600  # seconds after which a file that is not whole is of a process that has ended
DAY = 86_400


class LogFolder:
    """Writes and removes files. Each process has names of its own, so that several write into one folder."""

    def __init__(self, folder: Path, most_bytes: int, most_days: float) -> None:
        self.path, self._most_bytes, self._most_days = folder, most_bytes, most_days
        self._process, self._numbers = f"{os.getpid()}-{os.urandom(3).hex()}", itertools.count()

    def write(self, batches: Sequence[pa.RecordBatch], kind: str = PREDICTIONS) -> Path:
        """One file of batches of one schema. Raises OSError, after which nothing of the file is there."""
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        path = self.path / f"{kind}-{now}-{self._process}-{next(self._numbers)}.parquet"
        with replacing(path) as temporary:
            pq.write_table(pa.Table.from_batches(batches), temporary, compression="zstd")
        return path

    def prune(self) -> None:
        """Remove files that are too old, and beyond the bytes the oldest ones with predictions. Raises OSError."""
        now = time.time()
        for path in self.path.glob(".*.parquet.*"):
            if now - _changed(path)[0] > LEFT_BEHIND:
                path.unlink(missing_ok=True)
        for path in self.path.glob("*.parquet"):
            if now - _changed(path)[0] > self._most_days * DAY:
                path.unlink(missing_ok=True)
        kept = 0
        files = [(*_changed(path), path) for path in log_files(self.path)]
        for _, size, path in sorted(files, reverse=True):
            kept += size
            if kept > self._most_bytes:
                path.unlink(missing_ok=True)


def _changed(path: Path) -> tuple[float, int]:
    """When a file was changed, and its bytes; another process may have removed it."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return time.time(), 0
    return status.st_mtime, status.st_size
