"""What a person says about a table beyond its name and its target; the options are those of draft and pipeline."""

from dataclasses import dataclass
from typing import Annotated, get_args

import typer

from product.errors import UserError
from product.metric_names import Task

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
    """Raises UserError where an option says what can't be."""

    name: str | None = None
    query: str | None = None
    task: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    ignore: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    redraft: bool = False

    def __post_init__(self) -> None:
        if self.task not in (None, *get_args(Task)):
            raise UserError(f"--task {self.task}: write one of {', '.join(get_args(Task))}")
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '\r\n"'):
            raise UserError(f"--delimiter {self.delimiter!r}: write one sign, such as ';'; of a tab $'\\t'")
        try:
            "".encode(self.encoding or "utf-8")
        except LookupError:
            raise UserError(f"--encoding {self.encoding}: is no encoding that Python knows, such as cp1252") from None
