"""`product init`: drafts products/NAME/product.yaml from a table nobody here has seen."""

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from product import console, draft_file, missing_words, sniff
from product.column_profile import ColumnProfile
from product.columns import Date, parts
from product.csv_file import TableError
from product.errors import UserError, said
from product.files import write_bytes
from product.guess import LEFT_OUT, Guess, column
from product.paths import PRODUCTS
from product.product_file import parse
from product.source_declaration import Source, Sql
from product.table_profile import profile
from product.target_guess import target as guess_target
from product.time_guess import order
from product.wish import (
    DelimiterOption,
    EncodingOption,
    IgnoreOption,
    NameOption,
    QueryOption,
    RedraftOption,
    TaskOption,
    TypesOption,
    Wish,
)


def draft(data: str, target: str, wish: Wish) -> str:
    """Write the product file and return the product's name; raises UserError, and then has written nothing."""
    name = wish.name or _name(data)
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
        raise UserError(f"--name {name}: a name is small letters, digits, - and _, and starts with a letter")
    file = PRODUCTS / name / "product.yaml"
    if file.exists() and not wish.redraft and draft_file.is_edited(file.read_text(encoding="utf-8")):
        raise UserError(
            f"{file}: is there already and was edited by hand, so it is not drafted again. Run bash final/pipeline.sh "
            f"{name} to use it, or --redraft to lose the edits, or --name ANOTHER"
        )
    source, path = _source(data, wish, file.parent)
    with console.progress() as bar:
        task = bar.add_task(f"reading {data}", total=None)
        columns = profile(source, path, _shown(data), target, lambda rows: bar.update(task, completed=rows))
    source = source.model_copy(update={"missing": missing_words.words(columns)})
    columns = {name: missing_words.without(one, source.missing) for name, one in columns.items()}
    guesses = _guesses(columns, target, wish, _shown(data))
    source = _completed(source, columns, guesses)
    show(guesses)
    if path is not None and not sniff.ends_in_line(path):
        console.console.print("the last line has no line end: if the file was cut off there, its last value is wrong")
    rows = columns[target].rows
    content = draft_file.text(name, Path(_shown(data)).name, source, guesses, rows, order(columns, guesses))
    parse(content, file)  # before anything is written
    try:
        write_bytes(content.encode(), file)
    except OSError:
        if not any(file.parent.iterdir()):
            file.parent.rmdir()
        raise
    console.console.print(f"drafted {file} from {rows:,} rows")
    return name


def _guesses(columns: dict[str, ColumnProfile], target: str, wish: Wish, shown: str) -> list[Guess]:
    types = dict(_pair(word) for word in wish.types)
    for named, option in [(target, "--target"), *((n, "--ignore") for n in wish.ignore), *((n, "--as") for n in types)]:
        if named not in columns:
            near = get_close_matches(named, columns, n=1) or get_close_matches(
                named.lower(), [c.lower() for c in columns], n=1
            )
            nearest = next((c for c in columns if near and c.lower() == near[0].lower()), None)
            hint = f"did you mean {nearest}?" if nearest else f"its columns are {', '.join(list(columns)[:30])}"
            raise UserError(f"{shown}: {option} {named}: no such column; {hint}")
    guesses = []
    for name, found in columns.items():
        if name == target:
            guesses.append(guess_target(found, wish.task))
        elif name in wish.ignore:
            guesses.append(Guess(name, LEFT_OUT, "as you said"))
        else:
            guesses.append(column(found, types.get(name)))
    for extra in [g for g in guesses if g.kind == "id"][1:]:
        extra.kind = LEFT_OUT
        extra.evidence += "; a second id"
    made = {part: g.name for g in guesses if g.kind == "date" for part in parts(g.name, Date(type="date"))}
    for clash in [g for g in guesses if g.name in made and g.kind != LEFT_OUT]:
        clash.trouble = f"what the model sees of {made[clash.name]} has this name: rename the column, or leave it out"
    if trouble := [f"  {g.name}: {g.trouble}" for g in guesses if g.trouble]:
        raise UserError(f"{shown}: no model can be made of it yet:\n" + "\n".join(trouble))
    if not any(g.kind not in ("id", "target", LEFT_OUT) for g in guesses):
        why = "; ".join(f"{g.name}: {g.evidence}" for g in guesses if g.kind != "target") or "there is no other"
        raise UserError(f"{shown}: no column is left to predict from: {why}")
    return guesses


def _pair(word: str) -> tuple[str, str]:
    name, _, kind = word.rpartition("=")
    if not name or kind not in ("number", "integer", "category", "boolean", "text", "date"):
        raise UserError(f"--as {word}: write COLUMN=TYPE, of number, integer, category, boolean, text, date")
    return name, kind


def _source(data: str, wish: Wish, folder: Path) -> tuple[Source, Path | None]:
    if data.startswith("env:") or "://" in data:
        if not wish.query:
            raise UserError(f"--data {_shown(data)}: a database needs --query 'SELECT ...'")
        where: dict[str, Any] = {"url_from": data[4:]} if data.startswith("env:") else {"url": data}
        try:
            return Source(sql=Sql(query=wish.query, **where)), None
        except ValueError:
            raise UserError(
                "--data: the URL holds a password, which must not get into a file: put the URL into an environment "
                "variable and say --data env:ITS_NAME"
            ) from None
    path = Path(data)
    path = path.resolve() if path.is_file() else path  # of bash's <(...) no other name leads anywhere
    here = os.path.relpath(path, folder.resolve()) if path.is_relative_to(PRODUCTS.parents[1]) else str(path)
    source = Source(path=here)
    if path.suffix.lower() in (".parquet", ".pq"):
        return source, path
    sniff.refuse_other_kinds(path)
    sniffed = wish.encoding or sniff.encoding(path)[0]
    source = source.model_copy(update={"encoding": sniffed})
    source = source.model_copy(update={"delimiter": wish.delimiter or sniff.delimiter(path, source)})
    return source.model_copy(update={"decimal": sniff.decimal(path, source)}), path


def _completed(source: Source, columns: dict[str, ColumnProfile], guesses: list[Guess]) -> Source:
    """The reading options that the pass has found: forms of dates, rows without a target."""
    target = next(g for g in guesses if g.kind == "target")
    lacks = columns[target.name].present < columns[target.name].rows
    dates = {g.name: g.dates for g in guesses if g.dates}
    return source.model_copy(update={"dates": dates, "require": (target.name,) if lacks else ()})


def _shown(data: str) -> str:
    """The table's name without a password."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", data)


def _name(data: str) -> str:
    stem = Path(data.removeprefix("env:")).name.split(".")[0]
    name = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")
    return name if name[:1].isalpha() else f"table-{name}".rstrip("-")


def show(guesses: list[Guess]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("column", "guess", "evidence"):
        table.add_column(heading)
    for guess in guesses:
        kind = guess.settings.get("task", "target") if guess.kind == "target" else guess.kind
        table.add_row(guess.name, f"target, {kind}" if guess.kind == "target" else kind, guess.evidence)
    console.console.print(table, markup=False)


def main(
    data: Annotated[str, typer.Argument(help="A CSV or Parquet file, an SQLAlchemy URL, or env:VARIABLE with one.")],
    target: Annotated[str, typer.Option(help="The column to predict.")],
    name: NameOption = None,
    query: QueryOption = None,
    task: TaskOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    ignore: IgnoreOption = None,
    types: TypesOption = None,
    redraft: RedraftOption = False,
) -> None:
    """Draft a product file from a table; the pipeline's --data does this and then runs it."""
    try:
        wish = Wish(name, query, task, encoding, delimiter, tuple(ignore or ()), tuple(types or ()), redraft)
        print(draft(data, target, wish))
    except (UserError, TableError, OSError) as error:
        console.stop(said(error))


if __name__ == "__main__":
    typer.run(main)
