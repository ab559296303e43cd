"""The main job: bring one product's stages up to date, show the gates, print the result line."""

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from product import catalog, console, gates, source, versions
from product.doubts import doubts
from product.errors import UserError, said
from product.paths import Paths
from product.product_file import load
from product.registry import Registry
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

FINAL = Path(__file__).resolve().parents[1]


@contextmanager
def alone() -> Iterator[None]:
    """One run at a time; a second one waits for the first."""
    with (FINAL / ".dvc" / "pipeline.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.console.print("another run is under way here, waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def result_line(product: str) -> str:
    """The product's metric on the hold-out."""
    metric = load(product).metric
    value = json.loads(Paths.of(product).metrics.read_bytes())["metrics"][metric]["value"]
    return f"Model test {metric} is: {value:.3f}"


@contextmanager
def stdout_to_stderr() -> Iterator[None]:
    """Whatever a stage or a source's command prints, stdout is for the result."""
    sys.stdout.flush()
    stdout = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(stdout, 1)
        os.close(stdout)


def show_report(product: str, trouble: str | None) -> None:
    """Write the report, whatever the verdicts; a disk that is full does not undo what the run decided."""
    from report.build import write  # jinja2 costs a tenth of a second

    try:
        console.console.print(f"report: {write(product, trouble)}")
    except OSError as error:
        console.console.print(f"report: not written: {said(error)}")


def _written(file: Path) -> int | None:
    return file.stat().st_mtime_ns if file.exists() else None


def nothing_new(product: str) -> str:
    """What is served since when and why, where this run had nothing to decide: its last verdict is not of today."""
    registry = Registry(Paths.of(product).registry)
    model = registry.confirmed_champion() or ""
    put = [e for e in registry.log.entries() if e["model"] == model and e["action"] in ("promote", "rollback")][-1]
    return f"nothing to do: {product} {model[:12]} is what is served, since {put['when']} ({put['why']})"


def run(product: str, force: bool, push: bool) -> None:
    """Bring the product up to date, show its gates, and push; ends the program where a gate or a stage failed."""
    paths = Paths.of(product)
    decided = _written(paths.gates("champion"))
    with alone():
        catalog.refresh()
        for line in source.resolve(load(product), paths.root):
            console.console.print(f"changed: {line}")
        trouble = versions.reproduce(product, force)
    verdicts = console.all_gates(paths)
    console.show_gates(verdicts)
    show_report(product, trouble)
    if trouble:
        console.console.print(f"dvc: {trouble}")
    if trouble is not None or gates.failed(verdicts):
        console.stop(f"{product}: stopped, see above; what is served is what it was")
    for line in doubts(paths.metrics, load(product).metric):
        console.console.print(line)
    anew = _written(paths.gates("champion")) != decided
    console.console.print(verdicts[-1].detail if anew else nothing_new(product))
    if push:
        console.console.print(f"pushed {versions.push(product)} files")


def _from_caller(data: str) -> str:
    """A relative path is from where the person stands, and the bash file has gone to its own folder."""
    return data if data.startswith("env:") else os.path.join(os.environ.get("CALLER", ""), data)  # noqa: PTH118


def _drafted(data: str | None, target: str | None, wish: Wish) -> str | None:
    """The name of the product drafted from --data, None where there is none; raises UserError."""
    if (data is None) != (target is None):
        raise UserError("--data and --target go together: a table, and its column to predict")
    if data is not None and target is not None:
        from product.draft import draft  # here, since numpy and Arrow cost a third of a second

        return draft(data if "://" in data else _from_caller(data), target, wish)
    if wish != Wish():
        raise UserError("--name, --query, --task, --as and the like are for a table to draft: give --data, --target")
    return None


def main(
    product: Annotated[str, typer.Argument(help="A product of products/.")] = "titanic",
    force: Annotated[bool, typer.Option("--force", help="Run every stage again, asking the source anew.")] = False,
    push: Annotated[bool, typer.Option("--push", help="Then send data and model to the DVC remote.")] = False,
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
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    ignore: IgnoreOption = None,
    types: TypesOption = None,
    redraft: RedraftOption = False,
) -> None:
    """Fetch, validate, split, train, test and promote; only what changed is run again."""
    try:
        wish = Wish(name, query, task, encoding, delimiter, tuple(ignore or ()), tuple(types or ()), redraft)
        product = _drafted(data, target, wish) or product
        os.chdir(FINAL)
        with stdout_to_stderr():
            run(product, force, push)
        print(result_line(product), flush=True)
    except (UserError, OSError) as error:
        console.stop(said(error))
    if serve:
        os.execv(sys.executable, [sys.executable, "-m", "service", product, "--host", host, "--port", str(port)])  # noqa: S606


if __name__ == "__main__":
    typer.run(main)
