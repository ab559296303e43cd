"""The main job: bring one product's stages up to date, show the gates, print the result line."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from core.base import terminal
from core.base.errors import UserError, message
from core.base.paths import DEFAULT_PRODUCT, Paths
from core.draft.options import (
    ByOption,
    DelimiterOption,
    EncodingOption,
    GroupOption,
    HeaderLineOption,
    IgnoreOption,
    KeepLineOption,
    MissingOption,
    NameOption,
    NoHeaderOption,
    PositiveOption,
    QualityOption,
    QueryOption,
    QuotesOption,
    RedraftOption,
    TaskOption,
    ThousandsOption,
    TypesOption,
    WeightOption,
    Wish,
)
from core.gates import gate, show
from core.gates.doubts import doubts
from core.gates.verdicts import last_verdicts
from core.registry.registry import REPLACE, Registry
from core.source import database
from core.spec.yaml_file import load
from pipeline import caller, dvc, index, settings
from pipeline.dvc import DvcError, StageFailedError
from pipeline.run_lock import alone


def result_line(product: str) -> str:
    """The product's metric on the hold-out."""
    metric = load(product).metric
    value = json.loads(Paths.of(product).metrics.read_bytes())["metrics"][metric]["value"]
    return f"Model test {metric} is: {value:.3f}"


def show_report(product: str, failure: UserError | None) -> None:
    """Write the report, whatever the verdicts; a full disk does not undo what the run decided."""
    from report.build import write  # imported here: jinja2 costs a tenth of a second

    try:
        terminal.console.print(f"report: {write(product, str(failure or ''))}")
    except OSError as error:
        terminal.console.print(f"report: not written: {message(error)}")


def _modified(file: Path) -> int | None:
    return file.stat().st_mtime_ns if file.exists() else None


def nothing_new(product: str) -> str:
    """The champion, since when and why, for a run that had nothing to decide."""
    registry = Registry(Paths.of(product).registry)
    model = registry.required_champion()
    decisions = [entry for entry in registry.log.entries() if entry["action"] in ("promote", "rollback")]
    latest = [entry for entry in decisions if entry["model"] == model][-1]
    return f"up to date: the champion is {product} {model[:12]} (since {latest['when']}: {latest['why']})"


def run(product: str, force: bool, push: bool, replace: bool) -> None:
    """Bring the product up to date, show its gates, and push; ends the program if a gate or a stage failed."""
    paths = Paths.of(product)
    os.environ[REPLACE] = str(replace)
    failure: StageFailedError | DvcError | None = None
    before = _modified(paths.gates("champion"))
    with alone():
        index.refresh()
        for line in settings.resolve(load(product), paths.root):
            terminal.console.print(f"changed: {line}")
        try:
            dvc.reproduce(product, force, decide=replace)
        except (StageFailedError, DvcError) as error:
            failure = error
    verdicts = last_verdicts(paths)
    show.show_gates(verdicts)
    show_report(product, failure)
    if isinstance(failure, DvcError):
        terminal.console.print(str(failure))
    if failure or gate.failed(verdicts):
        terminal.stop(f"{product}: stopped (see above); the champion is unchanged")
    for line in doubts(paths.metrics, load(product).metric, paths.figures("table")):
        terminal.console.print(line)
    was_decided = _modified(paths.gates("champion")) != before
    terminal.console.print(verdicts[-1].detail if was_decided else nothing_new(product))
    if push:
        terminal.console.print(f"pushed {dvc.push(product)} files")


def _drafted(data: str | None, target: str | None, wish: Wish) -> str | None:
    """The name of the product drafted from --data; None without --data. Raises UserError."""
    if (data is None) != (target is None):
        raise UserError("--data and --target belong together: a table, and its column to predict")
    if data is not None and target is not None:
        from core.draft.draft import draft  # imported here: numpy and Arrow cost a third of a second

        return draft(database.absolute(data), target, wish)
    if wish != Wish():
        raise UserError("--name, --query, --task, --as and the like are for a table to draft: give --data, --target")
    return None


def main(
    product: Annotated[str, typer.Argument(help="A product of products/.")] = DEFAULT_PRODUCT,
    force: Annotated[bool, typer.Option("--force", help="Run every stage again, and read the source again.")] = False,
    push: Annotated[bool, typer.Option("--push", help="Then send data and model to the DVC remote.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Promote a model of another contract: its clients have to change.")
    ] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Then serve predictions over HTTP.")] = False,
    host: Annotated[str, typer.Option(help="Address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to serve on; 0 takes a free one.", min=0, max=65535)] = 8000,
    data: Annotated[
        str | None, typer.Option(help="First draft a product from this table: file, database URL, env:VARIABLE.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="The column of --data to predict.")] = None,
    name: NameOption = None,
    query: QueryOption = None,
    task: TaskOption = None,
    positive: PositiveOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    ignore: IgnoreOption = None,
    types: TypesOption = None,
    by: ByOption = None,
    group: GroupOption = None,
    weight: WeightOption = None,
    quality: QualityOption = None,
    redraft: RedraftOption = False,
    thousands: ThousandsOption = None,
    missing: MissingOption = None,
    quotes: QuotesOption = None,
    header_line: HeaderLineOption = None,
    no_header: NoHeaderOption = False,
    keep_line: KeepLineOption = None,
) -> None:
    """Fetch, validate, split, train, test and promote; only what changed is run again."""
    try:
        wish = Wish(
            name=name,
            query=query,
            task=task,
            encoding=encoding,
            delimiter=delimiter,
            ignore=tuple(ignore or ()),
            types=tuple(types or ()),
            redraft=redraft,
            quotes=quotes,
            header_line=header_line,
            no_header=no_header,
            keep_lines=tuple(keep_line or ()),
            positive=positive,
            thousands=thousands,
            missing=tuple(missing or ()),
            by=by,
            group=group,
            quality=quality,
            weight=weight,
        )
        start = Path.cwd()
        product = caller.enter(_drafted(data, target, wish) or product)
        with terminal.stdout_to_stderr():
            run(product, force, push, replace)
        print(result_line(product), flush=True)
    except (UserError, OSError) as error:
        terminal.stop(message(error))
    if serve:
        os.chdir(start)  # what SERVICE_* variables name is relative to it
        command = [sys.executable, "-P", "-m", "service", product, "--host", host, "--port", str(port)]
        os.execv(sys.executable, command)  # noqa: S606


if __name__ == "__main__":
    typer.run(main)
