"""The address of a database file: it means the folder where the person stands."""

from pathlib import Path


def absolute(url: str) -> str:
    """A URL of SQLite with the whole path of its file; anything else as it is."""
    scheme, slashes, path = url.partition(":///")
    if not scheme.startswith("sqlite") or not slashes or path.startswith(("/", ":memory:", "file:")):
        return url
    return f"{scheme}:///{Path(path).absolute()}" if path else url
