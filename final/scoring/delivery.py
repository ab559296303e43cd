"""From a complete part to the output: whole or not at all."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from core.base.errors import UserError
from scoring.forms import Form
from scoring.part import Part
from scoring.place import Place
from scoring.table import Table

ROW_GROUP = 2**17  # rows of a group of a Parquet file
SUCCESS = "_SUCCESS"  # the last object of a folder in S3, where no folder appears at once
BATCH = 2**16  # rows of a batch of an Arrow file


@dataclass(frozen=True)
class Output:
    """A file, a folder, an object of S3, or a table of a database."""

    form: Form
    place: Place | None = None
    table: Table | None = None
    files: tuple[tuple[str, int], ...] = ()  # of a folder: name and rows of each

    def __str__(self) -> str:
        return str(self.place or self.table)

    @property
    def is_local(self) -> bool:
        return self.place is not None and not self.place.is_s3

    def check(self) -> None:
        """Raises UserError for what cannot be delivered, before a row is answered."""
        if self.table:
            self.table.check()
        if self.place and self.place.is_folder and not self.place.is_s3 and self.place.path.is_dir():
            if any(self.place.path.iterdir()):
                raise UserError(f"{self.place}: is not empty; name a folder that is, or that is not there yet")
        elif self.is_local and self.place and self.place.path.is_dir():
            raise UserError(f"{self.place}: is a folder; name a file")

    def check_table(self) -> None:
        """Raises UserError for a form without columns."""
        if not self.form.is_table:
            raise UserError(f"--explain: {self} is not a table; name a CSV, Parquet or Arrow file, or a database")

    def part_path(self) -> Path:
        """Where the answers are kept until all are there: beside the output, or in a folder of the user's own."""
        if self.is_local and self.place:
            path = Path(self.place.name.rstrip("/"))
            return path.with_name(f"{path.name}.part")
        folder = Path(tempfile.gettempdir()) / f"score-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if status.st_uid != os.getuid() or status.st_mode & 0o077 or not folder.is_dir():
            raise UserError(f"{folder}: belongs to somebody else, or others may read it; set TMPDIR to another folder")
        key = self.table.key if self.table else str(self)
        return folder / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.part"

    def deliver(self, part: Part) -> None:
        """Make the output of the part. Raises UserError, OSError; the output is then as it was."""
        if self.table:
            with pa.OSFile(str(part.path)) as file, pa.ipc.open_stream(file) as stream:
                self.table.replace(stream)
            return
        if self.place is None:
            return
        if self.form.is_appended:
            self._place(part.path)
        elif self.place.is_folder:
            self._folder(part.path)
        else:
            with _removed(part.path.with_name(f"{part.path.name}.{self.form.value.split()[0].lower()}")) as whole:
                self._convert(part.path, whole)
                self._place(whole)

    def _place(self, file: Path) -> None:
        if self.place and self.place.is_s3:
            self.place.upload(file)
        elif self.place:
            file.replace(self.place.path)
            sync_folder(self.place.path.parent)

    def _folder(self, part: Path) -> None:
        """A folder with a file of answers for each file of the input."""
        if self.place is None:
            return
        whole = part.with_name(f"{part.name}.folder")
        _clear(whole)
        try:
            with pa.OSFile(str(part)) as file, pa.ipc.open_stream(file) as stream:
                left = _Rows(stream)
                for name, rows in self.files:
                    path = (whole / name).with_suffix(".parquet")
                    path.parent.mkdir(parents=True, exist_ok=True)
                    write_parquet(left.take(rows), stream.schema, path)
            if self.place.is_s3:
                for name, _ in self.files:
                    file_name = Path(name).with_suffix(".parquet").as_posix()
                    Place(f"{self.place.name.rstrip('/')}/{file_name}").upload(whole / file_name)
                (whole / SUCCESS).touch()
                Place(f"{self.place.name.rstrip('/')}/{SUCCESS}").upload(whole / SUCCESS)
            else:
                whole.replace(self.place.path)
                sync_folder(self.place.path.parent)
        finally:
            _clear(whole)

    def _convert(self, part: Path, whole: Path) -> None:
        with pa.OSFile(str(part)) as file, pa.ipc.open_stream(file) as stream:
            if self.form == Form.PARQUET:
                write_parquet(iter(stream), stream.schema, whole)
            else:
                with whole.open("wb") as out:
                    with pa.ipc.new_file(out, stream.schema) as writer:
                        for table in grouped(iter(stream), stream.schema, BATCH):
                            writer.write_table(table, BATCH)
                    os.fsync(out.fileno())


class _Rows:
    """Batches of which some rows are taken at a time."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = iter(batches)
        self._left: pa.RecordBatch | None = None

    def take(self, rows: int) -> Iterator[pa.RecordBatch]:
        while rows:
            batch = self._left if self._left is not None else next(self._batches)
            yield batch.slice(0, rows)
            self._left = batch.slice(rows) if batch.num_rows > rows else None
            rows -= min(rows, batch.num_rows)


def write_parquet(batches: Iterator[pa.RecordBatch], schema: pa.Schema, path: Path) -> None:
    """A file whose bytes depend on the rows alone, not on how they came."""
    from pyarrow.parquet import ParquetWriter

    # a dictionary of ids, which differ by row, would cost as much as everything else
    repeated = schema.names[schema.names.index("prediction") :]
    with path.open("wb") as out:
        with ParquetWriter(out, schema, use_dictionary=repeated) as writer:
            for table in grouped(batches, schema, ROW_GROUP):
                writer.write_table(table, row_group_size=ROW_GROUP)
        os.fsync(out.fileno())


def grouped(batches: Iterator[pa.RecordBatch], schema: pa.Schema, size: int) -> Iterator[pa.Table]:
    """Tables of `size` rows, the last one shorter."""
    left = pa.Table.from_batches([], schema)
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if len(left) + sum(part.num_rows for part in waiting) >= size:
            left = pa.concat_tables([left, pa.Table.from_batches(waiting, schema)])
            waiting = []
            while len(left) >= size:
                yield left.slice(0, size).combine_chunks()
                left = left.slice(size)
    last = pa.concat_tables([left, pa.Table.from_batches(waiting, schema)])
    if len(last):
        yield last.combine_chunks()


def sync_folder(folder: Path) -> None:
    """Put the names of a folder's files on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _removed(path: Path) -> Iterator[Path]:
    """A file for the block, which may move it away."""
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _clear(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
