"""The options of a draft, besides the table and its target."""

from dataclasses import dataclass
from typing import Annotated, get_args

import typer

from core.base.errors import UserError
from core.spec.estimator import Quality
from core.spec.metric_names import Task

NameOption = Annotated[str | None, typer.Option(help="Name of the drafted product; by default the file's.")]
QueryOption = Annotated[str | None, typer.Option(help="The query, if the data is a database.")]
TaskOption = Annotated[str | None, typer.Option(help="binary, multiclass or regression; guessed by default.")]
PositiveOption = Annotated[
    str | None, typer.Option(help="The class of two whose probability is answered; guessed by default.")
]
EncodingOption = Annotated[str | None, typer.Option(help="Of a CSV, such as cp1251; guessed by default.")]
DelimiterOption = Annotated[str | None, typer.Option(help="Of a CSV; guessed by default.")]
ThousandsOption = Annotated[
    str | None, typer.Option(help="Mark between thousands: . or , (the other is decimal), space, ' or none.")
]
MissingOption = Annotated[
    list[str] | None, typer.Option(help="COLUMN=WORD: the word means a missing value there; may be repeated.")
]
IgnoreOption = Annotated[list[str] | None, typer.Option(help="A column to leave out; may be repeated.")]
TypesOption = Annotated[
    list[str] | None, typer.Option("--as", help="COLUMN=TYPE, or COLUMN=date:FORM; may be repeated.")
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", help="The date to split by, tested on the latest rows; or none. Guessed by default."),
]
GroupOption = Annotated[
    str | None, typer.Option(help="The column whose rows stay on one side of the split, such as a patient; or none.")
]
WeightOption = Annotated[
    str | None, typer.Option(help="The column that says how much a row counts in training and metrics; never guessed.")
]
QualityOption = Annotated[
    str | None, typer.Option(help="fast (a first look), good or best (up to ten times as long); good by default.")
]
QuotesOption = Annotated[
    str | None,
    typer.Option(
        help="How a CSV writes a quote in quotes: doubled, backslash, spaced (after a space), none; guessed by default."
    ),
]
HeaderLineOption = Annotated[
    int | None, typer.Option(help="The line of a CSV with the columns' names; guessed by default.", min=1)
]
NoHeaderOption = Annotated[
    bool, typer.Option("--no-header", help="A CSV starts with a row: its columns are column_1, column_2 and so on.")
]
KeepLineOption = Annotated[
    list[int] | None,
    typer.Option(help="A line that is a row, though it looks like a total or a note; may be repeated."),
]
RedraftOption = Annotated[
    bool, typer.Option("--redraft", help="Draft over a product that was edited, or made from another table.")
]


@dataclass(frozen=True)
class Wish:
    """What a person wants of a draft. Raises UserError if an option has an impossible value."""

    name: str | None = None
    query: str | None = None
    task: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    ignore: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    redraft: bool = False
    quotes: str | None = None
    header_line: int | None = None
    no_header: bool = False
    keep_lines: tuple[int, ...] = ()
    positive: str | None = None
    thousands: str | None = None
    missing: tuple[str, ...] = ()
    by: str | None = None
    group: str | None = None
    quality: str | None = None
    weight: str | None = None

    def __post_init__(self) -> None:
        if self.task not in (None, *get_args(Task)):
            raise UserError(f"--task {self.task}: write one of {', '.join(get_args(Task))}")
        if self.quality not in (None, *get_args(Quality)):
            raise UserError(f"--quality {self.quality}: write one of {', '.join(get_args(Quality))}")
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '\r\n"'):
            raise UserError(f"--delimiter {self.delimiter!r}: write one character, such as ';'; a tab is $'\\t'")
        if self.thousands not in (None, ".", ",", "space", "'", "none"):
            raise UserError(f"--thousands {self.thousands}: write one of . , space ' none")
        if self.quotes not in (None, "doubled", "backslash", "spaced", "none"):
            raise UserError(f"--quotes {self.quotes}: write doubled, backslash, spaced or none")
        if self.no_header and self.header_line is not None:
            raise UserError("--no-header and --header-line exclude each other")
        try:
            "".encode(self.encoding or "utf-8")
        except LookupError:
            raise UserError(f"--encoding {self.encoding}: unknown encoding; one is cp1252") from None
