"""Where a product's table comes from, and how it is to be read."""

from typing import Literal, Self

from pydantic import Field, model_validator

from product.columns import Frozen


class Sql(Frozen):
    """A query of a database. A URL with a password stands in an environment variable, never in a product file."""

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


class Source(Frozen):
    """A file (CSV, compressed too, or Parquet), a query, or a command that writes a CSV file to {output}.

    data_creation brings each to one form: UTF-8, commas, decimal points, days as YYYY-MM-DD, missing as nothing.
    """

    path: str | None = None
    command: str | None = None
    sql: Sql | None = None
    depends: tuple[str, ...] = Field(default=(), description="files the command reads, as patterns, from `final`")
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    missing: tuple[str, ...] = Field(default=(), description="words that stand for a missing value")
    dates: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="how each date column writes days")
    require: tuple[str, ...] = Field(default=(), description="rows without a value in these columns are left out")

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(kind is not None for kind in (self.path, self.command, self.sql)) != 1:
            raise ValueError("give either path or command, or sql")
        if self.command is not None and "{output}" not in self.command:
            raise ValueError("command must name {output}, the file it is to write")
        return self

    @property
    def is_plain(self) -> bool:
        """A CSV that is in the one form already, and is copied byte by byte."""
        usual = (self.delimiter, self.encoding, self.decimal) == (",", "utf-8", ".")
        changed = self.sql or self.missing or self.dates or self.require
        return usual and not changed and (self.path is None or self.path.lower().endswith(".csv"))
