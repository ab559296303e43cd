"""Where rows come from and answers go: files and folders, here or in S3."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, cast

from core.base.errors import UserError

HEAD = 2**20  # bytes of a file that are hashed to know it again
S3 = "s3://"


class Place:
    """A file or a folder, by its path or its URL."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_s3 = name.startswith(S3)
        self.suffix = Path(name).suffix.lower()

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        return Path(self.name)

    @cached_property
    def s3(self) -> Any:
        import s3fs  # not at import: half a second that only this form costs

        return s3fs.S3FileSystem()

    @contextmanager
    def _asked(self) -> Iterator[Any]:
        """The server. Raises UserError with the place and the server's reason."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield self.s3
        except (OSError, BotoCoreError, ClientError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise UserError(f"{self.name}: {' '.join(reason.split())}") from None

    @cached_property
    def is_folder(self) -> bool:
        if self.name.endswith("/"):
            return True
        if not self.is_s3:
            return self.path.is_dir()
        with self._asked() as store:
            return bool(store.isdir(self.name))

    def files(self, suffixes: tuple[str, ...]) -> list["Place"]:
        """The files of a folder in the order of their names; hidden ones and those that begin with _ are left out."""
        if self.is_s3:
            with self._asked() as store:
                names = [S3 + name for name in store.find(self.name)]
        else:
            names = [str(path) for path in self.path.rglob("*") if path.is_file()]
        start = len(self.name.rstrip("/")) + 1
        kept = [name for name in names if not any(step.startswith((".", "_")) for step in name[start:].split("/"))]
        files = [Place(name) for name in sorted(kept) if name.lower().endswith(suffixes)]
        if not files:
            raise UserError(f"{self.name}: no file in it ends in {' or '.join(suffixes)}")
        return files

    def within(self, folder: "Place") -> str:
        """The file's name in the folder."""
        return self.name[len(folder.name.rstrip("/")) + 1 :]

    @contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        with self.s3.open(self.name, "rb") if self.is_s3 else self.path.open("rb") as file:
            yield cast(BinaryIO, file)

    def size(self) -> int:
        return int(self._info()["size"]) if self.is_s3 else self.path.stat().st_size

    def _info(self) -> Any:
        with self._asked() as store:
            return store.info(self.name)

    def identity(self) -> dict[str, Any]:
        """What changes with the file's content. Raises OSError."""
        if self.is_s3:
            info = self._info()
            return {"name": self.name, "size": info["size"], "etag": info.get("ETag", "")}
        status = self.path.stat()
        with self.path.open("rb") as file:
            head = hashlib.sha256(file.read(HEAD)).hexdigest()
        return {"name": self.name, "size": status.st_size, "mtime_ns": status.st_mtime_ns, "head": head}

    def upload(self, file: Path) -> None:
        """Make the object of a whole file: in parts that are completed, or taken back if one fails."""
        with self._asked() as store:
            store.put_file(str(file), self.name)
