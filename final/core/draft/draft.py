"""Drafts products/NAME/product.yaml from a table, with the evidence for each guess."""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from rich.table import Table

from core.base import terminal
from core.base.errors import UserError
from core.base.files import write_bytes
from core.base.paths import FINAL, PRODUCTS
from core.draft import doubtful, identity, names, values, yaml_text
from core.draft.column_profile import ColumnProfile
from core.draft.guess import LEFT_OUT, Guess
from core.draft.guess_column import column, notes_of_sentinels
from core.draft.guess_dates import agreeing, check_forms, is_form
from core.draft.guess_duplicates import keep_together, repeated_rows
from core.draft.guess_split import NONE, Rows, leave_out
from core.draft.guess_split import split as guess_split
from core.draft.guess_target import target as guess_target
from core.draft.guess_weight import refuse_another_use
from core.draft.guess_weight import weight as guess_weight
from core.draft.head import Head
from core.draft.number_column import figure
from core.draft.options import Wish
from core.draft.read import read
from core.draft.read_as import read_as
from core.draft.row_profile import RowProfile
from core.draft.table_profile import profile
from core.source import sniff
from core.spec.columns import Date, parts
from core.spec.source import Source, Sql
from core.spec.yaml_file import parse

Columns = Mapping[str, ColumnProfile]


def draft(data: str, target: str, wish: Wish, products: Path = PRODUCTS) -> str:
    """Write the product file below `products` and return the product's name.

    Raises UserError, and then has written nothing.
    """
    name = wish.name or identity.product_name(data)
    file = products / name / "product.yaml"
    earlier = identity.refuse_another_product(name, file, data, target, wish)
    shown = identity.without_password(data)
    refuse_another_use(wish, target)
    source, path = _source(data, wish, file.parent)
    types = dict(map(_column_and_type, wish.types))
    head = Head(target)
    with terminal.progress() as bar:
        task = bar.add_task(f"reading {shown}", total=None)

        def progress(rows: int) -> None:
            bar.update(task, completed=rows)

        def again(source: Source, numbers: Collection[str]) -> dict[str, ColumnProfile]:
            nonlocal head
            head = Head(target)
            return profile(source, path, shown, head, RowProfile(), progress, numbers)

        table = read(source, path, shown, target, wish, progress)
        head = table.head
        is_text = path is not None and path.suffix.lower() not in (".parquet", ".pq")
        numbers = {wish.weight: "number"} if wish.weight else {}
        question = values.Table(shown, target, wish, {**types, **numbers}, is_text)
        source, columns = values.read(table.source, table.columns, again, question)
    named = {"--target": [target], "--ignore": wish.ignore, "--as": types, **_named_by_options(wish)}
    names.refuse_other_marks(columns, target, shown)
    names.refuse_unknown_columns(columns, named, shown)
    identity.refuse_another_table(earlier, columns, shown)
    columns = agreeing(columns)
    guesses = [_guess(column, target, wish, types) for column in columns.values()]
    check_forms(guesses, head, source)
    _leave_out_second_ids(guesses)
    _refuse_trouble(guesses, shown)
    source = _completed(source, columns, guesses)
    rows_at_hand = Rows(columns, guesses, head, source)
    split = guess_split(rows_at_hand, wish.by, wish.group)
    leave_out(guesses, split)
    source = source.model_copy(update={"require": (*source.require, *split.require)})
    if repeated := repeated_rows(rows_at_hand, split):
        keep_together(guesses, split)
    form = read_as(source, path) if is_text and path is not None else ""
    show(guesses)
    if form:
        terminal.console.print(form, markup=False)
    for sentence in table.left_out:
        terminal.console.print(f"left out: {sentence}", markup=False)
    for reason in split.reasons:
        terminal.console.print(f"split: {reason}", markup=False)
    for sentence in [*table.notes, *_lone_numbers(columns, guesses), *([repeated[1]] if repeated else [])]:
        terminal.console.print(f"note: {sentence}", markup=False)
    for guess in guesses:
        if guess.kind == "target":
            guess.notes += notes_of_sentinels(columns[guess.name], guess.kind)
        guess.notes += doubtful.notes(columns[guess.name], guess)
        for note in guess.notes:
            terminal.console.print(f"note: {guess.name}: {note}", markup=False)
    if path is not None and not sniff.ends_in_line(path):
        terminal.console.print("the last line has no line end: if the file was cut off there, its last value is wrong")
    rows = columns[target].rows
    groups = None if split.group is None else len(columns[split.group].values.counts)
    facts = yaml_text.Facts(rows, groups, split, repeated, form, table.left_out, wish.quality)
    content = yaml_text.text(name, Path(shown).name, source, guesses, facts)
    parse(content, file)  # raises before anything is written
    _write(content, file)
    terminal.console.print(f"drafted {file} from {rows:,} rows")
    return name


def _source(data: str, wish: Wish, folder: Path) -> tuple[Source, Path | None]:
    """How to read the table, and its file if it has one."""
    if identity.is_database(data):
        return _database(data, wish), None
    path = Path(data)
    if path.is_file():
        path = path.resolve()  # a pipe of bash's <(...) has no other name
    relative = os.path.relpath(path, folder.resolve()) if path.is_relative_to(FINAL.parent) else str(path)
    source = Source(path=relative)
    if path.suffix.lower() in (".parquet", ".pq"):
        return source, path
    sniff.refuse_other_kinds(path)
    source = source.model_copy(update={"encoding": wish.encoding or sniff.encoding(path)})
    source = source.model_copy(update={"delimiter": wish.delimiter or sniff.delimiter(path, source)})
    return source.model_copy(update={"decimal": sniff.decimal(path, source)}), path


def _database(data: str, wish: Wish) -> Source:
    if not wish.query:
        raise UserError(f"--data {identity.without_password(data)}: a database needs --query 'SELECT ...'")
    if data.startswith("env:"):
        return Source(sql=Sql(query=wish.query, url_from=data.removeprefix("env:")))
    try:
        return Source(sql=Sql(query=wish.query, url=data))
    except ValueError:
        raise UserError(
            "--data: the URL holds a password, which must not get into a file: put the URL into an environment "
            "variable and use --data env:ITS_NAME"
        ) from None


def _column_and_type(option: str) -> tuple[str, str]:
    match = re.fullmatch(r"(.+)=(number|integer|category|boolean|text|date(?::.+)?)", option)
    if match is None:
        raise UserError(
            f"--as {option}: write COLUMN=TYPE, of number, integer, category, boolean, text, date, or date:FORM such "
            "as date:%d.%m.%Y"
        )
    name, kind = match.groups()
    if kind.startswith("date:") and not is_form(kind.removeprefix("date:")):
        raise UserError(f"--as {option}: a form has a year and a month, such as %d.%m.%Y, %m/%d/%y %I:%M %p, %Y-%m")
    return name, kind


def _named_by_options(wish: Wish) -> dict[str, list[str]]:
    """The columns that --by, --group and --weight name."""
    options = {"--by": wish.by, "--group": wish.group, "--weight": wish.weight}
    return {option: [name] for option, name in options.items() if name not in (None, NONE)}


def _guess(profile: ColumnProfile, target: str, wish: Wish, types: Mapping[str, str]) -> Guess:
    if profile.name == target:
        return guess_target(profile, wish.task, wish.positive)
    if profile.name == wish.weight:
        return guess_weight(profile)
    if profile.name in wish.ignore:
        return Guess(profile.name, LEFT_OUT, "set by --ignore")
    return column(profile, types.get(profile.name))


def _leave_out_second_ids(guesses: Iterable[Guess]) -> None:
    ids = [guess for guess in guesses if guess.kind == "id"]
    for extra in ids[1:]:
        extra.kind = LEFT_OUT
        extra.evidence += "; a second id"


def _refuse_trouble(guesses: list[Guess], table: str) -> None:
    """Raises UserError if a column has trouble, or if no feature is left."""
    lines = [f"  {guess.name}: {guess.trouble}" for guess in guesses if guess.trouble]
    dates = [guess.name for guess in guesses if guess.kind == "date"]
    made = {part: name for name in dates for part in parts(name, Date(type="date", time=True))}
    for guess in guesses:
        if guess.name in made and guess.kind != LEFT_OUT:
            date = made[guess.name]
            lines.append(
                f"  {guess.name}: the model makes a column of this name from {date}: rename it, or leave it out"
            )
    if lines:
        raise UserError(f"{table}: no model can be made of it yet:\n" + "\n".join(lines))
    if not any(guess.is_feature for guess in guesses):
        reasons = "; ".join(f"{guess.name}: {guess.evidence}" for guess in guesses if guess.kind != "target")
        raise UserError(f"{table}: no column is left to predict from: {reasons or 'there is no other'}")


def _lone_numbers(columns: Columns, guesses: Iterable[Guess]) -> Iterator[str]:
    """A sentence for each column with a number that is hundreds of times all others."""
    for guess in guesses:
        extremes = columns[guess.name].numbers.extremes
        if (guess.is_feature or guess.kind == "target") and extremes.is_lone:
            yield (
                f"{guess.name}: {figure(extremes.largest)} (line {extremes.line}) is "
                f"{abs(extremes.largest) / extremes.next_size:,.0f} times the next largest, "
                f"{figure(extremes.next_size)}: if it is a mistake or a total, correct it or remove its row"
            )


def _completed(source: Source, columns: Columns, guesses: list[Guess]) -> Source:
    """The source with the options that follow from the profiles: date formats, rows without a target."""
    target = next(guess.name for guess in guesses if guess.kind == "target")
    has_gaps = columns[target].present < columns[target].rows
    dates = {guess.name: guess.dates for guess in guesses if guess.dates}
    return source.model_copy(update={"dates": dates, "require": (target,) if has_gaps else ()})


def _write(content: str, file: Path) -> None:
    try:
        write_bytes(content.encode(), file)
    except OSError:
        if not any(file.parent.iterdir()):
            file.parent.rmdir()
        raise


def show(guesses: Iterable[Guess]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("column", "guess", "evidence"):
        table.add_column(heading)
    for guess in guesses:
        kind = f"target, {guess.settings['task']}" if guess.kind == "target" else guess.kind
        table.add_row(guess.name, kind, guess.evidence)
    terminal.console.print(table)
