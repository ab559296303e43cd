"""The command: predict for every row of a table, here or on the workers of a Dask scheduler."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from core.base.errors import FULL, UserError
from core.base.paths import DEFAULT_PRODUCT
from scoring.blocks import in_a_thread
from scoring.delivery import Output
from scoring.forms import SUFFIXES, Form, form_of
from scoring.place import Place
from scoring.reading import Input, of_place, of_query
from scoring.run import Options, Run
from scoring.table import Table
from service.batch import score as batch
from service.batch.target import Policy
from service.model.live import Live
from service.model.serving import Serving
from service.problems import Problem

BAD_ROWS = 3  # exit code of --strict
STOPPED = 130  # of Ctrl-C
ROWS, ANSWERS, RUN = "Rows", "Answers", "The run"
app = typer.Typer(add_completion=False)


def verified(product: str, model: Path | None) -> Live:
    """Raises UserError where no model could be verified."""
    live = Live(Serving.folder(model.resolve()) if model else Serving.champion(product))
    if live.serving.problem:
        raise UserError(live.serving.problem)
    return live


def variable_of(address: str, option: str) -> str:
    """The environment variable that holds a URL, which may hold a password."""
    if not address.startswith("env:"):
        raise UserError(f"{option}: put the URL into an environment variable and give {option} env:ITS_NAME")
    return address.removeprefix("env:")


def check_names(names: list[str], expected: int) -> None:
    if len(names) != expected:
        raise UserError(f"give INPUT or --from-sql, and OUTPUT or --to-sql: {len(names)} names came, not {expected}")


def input_of(places: list[str], from_sql: str, query: str) -> Input:
    if not from_sql:
        return of_place(Place(places.pop(0)))
    if not query:
        raise UserError("--from-sql needs --query 'SELECT ...'")
    return of_query(variable_of(from_sql, "--from-sql"), query)


def output_of(places: list[str], rows: Input, to_sql: str, table: str, may_replace: bool) -> Output:
    if to_sql:
        if not table:
            raise UserError("--to-sql needs --table NAME")
        return Output(Form.SQL, table=Table(variable_of(to_sql, "--to-sql"), table, may_replace))
    place = Place(places.pop(0))
    if rows.files and not place.suffix and not place.is_folder:
        place = Place(f"{place}/")
    files = rows.files or [(f"{Path(rows.name).stem}.parquet", rows.total or 0)]
    return Output(form_of(place), place, files=tuple(files) if place.is_folder else ())


def sentence(error: BaseException) -> str:
    """The error as a person reads it."""
    if isinstance(error, OSError) and error.errno is not None:
        file = f"{error.filename}: " if error.filename else ""
        remedy = "; free some space, then run it again with --resume" if error.errno in FULL else ""
        return f"{file}{error.strerror}{remedy}"
    return " ".join(str(error).split()).replace("?target=", "--target ")


def is_of_a_server(error: Exception) -> bool:
    """Whether a library for S3 or a database raised it: a lost connection, a wrong key."""
    return type(error).__module__.partition(".")[0] in ("botocore", "aiohttp", "aiobotocore", "sqlalchemy", "psycopg")


@app.command()
def main(
    places: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[INPUT] [OUTPUT]",
            help=f"Rows, and what each is answered, in the same order: files that end in {', '.join(SUFFIXES)}, "
            "a folder of Parquet files, or s3://BUCKET/KEY of these. The forms may differ.",
            show_default=False,
        ),
    ] = None,
    from_sql: Annotated[
        str, typer.Option(metavar="env:NAME", help="In place of INPUT: the database's URL.", rich_help_panel=ROWS)
    ] = "",
    query: Annotated[str, typer.Option(help="The query whose rows are answered.", rich_help_panel=ROWS)] = "",
    target: Annotated[
        Policy, typer.Option(help="What to do with a target column in the rows.", rich_help_panel=ROWS)
    ] = "compare",
    to_sql: Annotated[
        str, typer.Option(metavar="env:NAME", help="In place of OUTPUT: the database's URL.", rich_help_panel=ANSWERS)
    ] = "",
    table: Annotated[
        str, typer.Option(help="The table that is made, in one transaction.", rich_help_panel=ANSWERS)
    ] = "",
    replace_table: Annotated[
        bool, typer.Option("--replace-table", help="The table may be there: replace it.", rich_help_panel=ANSWERS)
    ] = False,
    errors: Annotated[
        Path | None,
        typer.Option(help="CSV with row, id, field, reason, got of each mistake.", rich_help_panel=ANSWERS),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Add each feature's contribution to each answer.", rich_help_panel=ANSWERS),
    ] = False,
    formulas: Annotated[
        batch.Formulas,
        typer.Option(
            help="escape: no cell of a CSV answer is a formula to a spreadsheet (an apostrophe before = + - @).",
            rich_help_panel=ANSWERS,
        ),
    ] = "keep",
    product: Annotated[str, typer.Option(help="A product of products/.", rich_help_panel=RUN)] = DEFAULT_PRODUCT,
    model: Annotated[
        Path | None, typer.Option(help="Folder of an artifact.", show_default="the champion", rich_help_panel=RUN)
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where a killed run stopped.", rich_help_panel=RUN)
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 3 if a row is wrong.", rich_help_panel=RUN)
    ] = False,
    scheduler: Annotated[
        str,
        typer.Option(help="Dask's, like tcp://127.0.0.1:8786.", envvar="DASK_SCHEDULER_ADDRESS", rich_help_panel=RUN),
    ] = "",
) -> None:
    """Score a table. A row that is not as the contract says has its mistakes in place of an answer; the others go on.

    The output appears whole or not at all.
    """
    names = list(places or [])
    try:
        check_names(names, 2 - bool(from_sql) - bool(to_sql))
        rows = input_of(names, from_sql, query)
        output = output_of(names, rows, to_sql, table, replace_table)
        if explain:
            output.check_table()
        live = verified(product, model)
        with ExitStack() as stack:
            answering = in_a_thread(live)
            if scheduler:
                from distributed import Client  # not at import: a second that only this road costs

                from scoring.on_dask import on_dask

                client = stack.enter_context(Client(scheduler, timeout=10, set_as_default=False))
                answering = on_dask(client, live)
            run = Run(live, rows, output, Options(target, formulas, explain, errors), answering)
            state = run.go(resume)
    except (UserError, OSError, Problem) as error:
        sys.exit(f"score: {sentence(error)}")
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except Exception as error:
        if not is_of_a_server(error):
            raise
        sys.exit(f"score: {sentence(error)}")
    if run.target.metric:
        name, value, compared = run.target.metric
        print(f"{name} {value:.3f} over the {compared:,} rows whose target is known", file=sys.stderr)
    print(f"{state.rows} rows, {state.invalid} of them wrong: {output}")
    if strict and state.invalid:
        sys.exit(BAD_ROWS)
