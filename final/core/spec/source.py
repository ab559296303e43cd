"""Where a product's table comes from, and how to read it."""

import csv
import re
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from core.spec.cells import NumberForm
from core.spec.columns import Frozen

PLACE = re.compile(r"(?<!\$)\{(output|feature_set)\}")  # in a command; any other brace is the shell's or a program's
Decimal = Literal[".", ","]
QUOTES: dict[str, dict[str, Any]] = {  # for Python's csv reader
    "doubled": {"doublequote": True},
    "backslash": {"doublequote": True, "escapechar": "\\"},
    "spaced": {"skipinitialspace": True},
    "none": {"quoting": csv.QUOTE_NONE},
}


class Sql(Frozen):
    """A query of a database. A URL with a password belongs in an environment variable, never in a product file."""

    query: str
    url: str | None = Field(default=None, description="SQLAlchemy URL without a password")
    url_from: str | None = Field(default=None, description="the environment variable that holds the URL")

    @model_validator(mode="after")
    def _no_password(self) -> Self:
        if (self.url is None) == (self.url_from is None):
            raise ValueError("give either url or url_from")
        login = (self.url or "").partition("://")[2].partition("@")
        if login[1] and ":" in login[0]:
            raise ValueError("url holds a password: put the URL into an environment variable and name it by url_from")
        return self


class Reading(Frozen):
    """How a table is written; a table to predict may be written in the same way, so the artifact has it too."""

    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8"
    decimal: Decimal = "."
    decimals: dict[str, Decimal] = Field(
        default_factory=dict, description="the decimal mark of columns that have another one"
    )
    thousands: Literal["", ".", ",", "'", " "] = Field(default="", description="the mark between thousands")
    units: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="units in the cells of a number column")
    accounting: tuple[str, ...] = Field(default=(), description="columns whose negative numbers are written (5) or 5-")
    missing: tuple[str, ...] | dict[str, tuple[str, ...]] = Field(
        default=(), description="words that mean a missing value: of each column, or of the whole table"
    )
    dates: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="the date formats of each date column")
    quotes: Literal["doubled", "backslash", "spaced", "none"] = Field(
        default="doubled",
        description='how a quote is written inside quotes: "" or \\"; spaced: a space before it; none: a letter',
    )
    header: int = Field(
        default=1, ge=0, description="the line of the header; 0: there is none, and columns are column_1, column_2 ..."
    )
    comment: str = Field(default="", description="lines that start with it are left out")
    leave_out: tuple[str, ...] = Field(
        default=(), description='lines that are no rows, each by its first cells, such as "Grand Total"'
    )
    drop_blank: bool = Field(default=False, description="rows without one value are dropped")

    def missing_in(self, column: str) -> tuple[str, ...]:
        """The words that mean a missing value in a column."""
        return self.missing.get(column, ()) if isinstance(self.missing, dict) else self.missing

    def number_form(self, column: str) -> NumberForm:
        """How the numbers of a column are written."""
        decimal = self.decimals.get(column, self.decimal)
        thousands: str = self.thousands
        if thousands == decimal:  # a column in which the two marks are the other way round
            thousands = self.decimal
        return NumberForm(decimal, thousands, self.units.get(column, ()), column in self.accounting)

    @property
    def is_usual(self) -> bool:
        """Whether this is the form that every product reads: UTF-8, commas, plain cells, empty if missing."""
        has_usual_text = (self.delimiter, self.encoding) == (",", "utf-8")
        has_usual_cells = self.has_plain_numbers and not self.missing and not self.dates
        return has_usual_text and has_usual_cells and self.has_only_rows

    def reading(self) -> dict[str, Any]:
        """What is not usual of it, for a manifest."""
        return self.model_dump(mode="json", include=set(Reading.model_fields), exclude_defaults=True)

    @property
    def entries(self) -> list[list[str]]:
        """The cells of each of `leave_out`."""
        return [next(csv.reader([entry], delimiter=self.delimiter)) for entry in self.leave_out]

    @property
    def has_only_rows(self) -> bool:
        """Whether the file is a header and rows, with quotes doubled."""
        left_out = self.comment or self.leave_out or self.drop_blank
        return (self.quotes, self.header) == ("doubled", 1) and not left_out

    @property
    def has_plain_numbers(self) -> bool:
        """Whether numbers have a decimal point and no other mark."""
        return self.decimal == "." and not (self.decimals or self.thousands or self.units or self.accounting)


class Source(Reading):
    """A file (Parquet, or CSV, also compressed), a query, or a command that writes a CSV file to {output}.

    data_creation writes each in one form: UTF-8, commas, decimal points, days as YYYY-MM-DD, an empty cell if missing.
    """

    path: str | None = None
    command: str | None = None
    sql: Sql | None = None
    depends: tuple[str, ...] = Field(
        default=(), description="files that the command reads, as patterns relative to `final`"
    )
    require: tuple[str, ...] = Field(default=(), description="rows without a value in these columns are dropped")

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(kind is not None for kind in (self.path, self.command, self.sql)) != 1:
            raise ValueError("give either path or command, or sql")
        if self.command is not None and "output" not in PLACE.findall(self.command):
            raise ValueError("command must name {output}, the file to write")
        return self

    @property
    def is_plain(self) -> bool:
        """Whether the source is a CSV in that one form already; it is copied byte by byte."""
        is_csv = self.path is None or self.path.lower().endswith(".csv")
        return self.is_usual and is_csv and not (self.sql or self.require)
