"""The forms of rows and of answers, by the end of a name."""

from enum import Enum

from core.base.errors import UserError
from scoring.place import Place


class Form(Enum):
    """What a file holds; a table of a database is one too."""

    CSV = "csv"
    JSON = "json"
    LINES = "lines"
    STREAM = "Arrow stream"
    ARROW = "Arrow file"
    PARQUET = "parquet"
    SQL = "sql"

    @property
    def is_table(self) -> bool:
        """Whether a row has the same cells as every other."""
        return self not in (Form.JSON, Form.LINES)

    @property
    def is_appended(self) -> bool:
        """Whether its file is written from the first byte to the last; others are made of an Arrow stream."""
        return self in (Form.CSV, Form.JSON, Form.LINES, Form.STREAM)


SUFFIXES = {
    ".csv": Form.CSV,
    ".tsv": Form.CSV,
    ".txt": Form.CSV,
    ".json": Form.JSON,
    ".jsonl": Form.LINES,
    ".ndjson": Form.LINES,
    ".arrows": Form.STREAM,
    ".arrow": Form.ARROW,
    ".parquet": Form.PARQUET,
    ".pq": Form.PARQUET,
}
FOLDER_OF = (".parquet", ".pq")


def form_of(place: Place) -> Form:
    """Raises UserError for a name that ends in nothing of these; a folder is one of Parquet files."""
    if place.is_folder:
        return Form.PARQUET
    if place.suffix not in SUFFIXES:
        raise UserError(f"{place}: must end in one of {', '.join(SUFFIXES)}, or be a folder of Parquet files")
    return SUFFIXES[place.suffix]
