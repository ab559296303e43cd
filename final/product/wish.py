"""What a person says about a table beyond its name and its target; the options are those of draft and pipeline."""

from dataclasses import dataclass
from typing import Annotated

import typer

NameOption = Annotated[str | None, typer.Option(help="Name of the drafted product; else the file's.")]
QueryOption = Annotated[str | None, typer.Option(help="The query, where the data is a database.")]
TaskOption = Annotated[str | None, typer.Option(help="binary, multiclass or regression; else guessed.")]
EncodingOption = Annotated[str | None, typer.Option(help="Of a CSV, such as cp1251; else guessed.")]
DelimiterOption = Annotated[str | None, typer.Option(help="Of a CSV; else guessed.")]
IgnoreOption = Annotated[list[str] | None, typer.Option(help="A column to leave out; may be repeated.")]
TypesOption = Annotated[list[str] | None, typer.Option("--as", help="COLUMN=TYPE; may be repeated.")]
RedraftOption = Annotated[bool, typer.Option("--redraft", help="Draft anew, losing the edits of an earlier draft.")]


@dataclass(frozen=True)
class Wish:
    name: str | None = None
    query: str | None = None
    task: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    ignore: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    redraft: bool = False
