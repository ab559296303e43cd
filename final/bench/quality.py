"""How good the default model is, beside what else a person would take, on public tables.

Every model sees the same rows in the same folds, and each row is judged by models that did not see it. What is in the
file of results is not measured again, so a run that was stopped goes on where it stopped. What is printed is of the
tables that every model of the run has finished.
"""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bench import quality_results
from bench.public_files import hash_of, read
from bench.public_tables import TABLES, PublicTable
from bench.quality_models import DEFAULTS, Contender, FailedError, contenders
from bench.quality_report import report
from bench.quality_workspace import Folds, Workspace, prepare
from core.base.paths import FINAL

RESULTS = FINAL.parent / "build" / "quality.jsonl"
HALVES = {"all": (False, True), "open": (False,), "set-aside": (True,)}


def chosen(names: list[str], half: str) -> list[PublicTable]:
    """The named tables, or those of a half. Raises typer.BadParameter."""
    if unknown := [name for name in names if name not in TABLES]:
        raise typer.BadParameter(f"{', '.join(unknown)}: no such table; there are {', '.join(TABLES)}")
    if half not in HALVES:
        raise typer.BadParameter(f"--half {half}: write one of {', '.join(HALVES)}")
    return [TABLES[name] for name in names] or [
        table for table in TABLES.values() if table.is_set_aside in HALVES[half]
    ]


def measure(workspace: Workspace, model: Contender, pending: list[int], results: Path) -> None:
    """Append a line for each of these folds. A model that fails is reported, and has no line."""
    typer.echo(f"{workspace.table.name}: {model.name}, {len(pending)} folds", err=True)
    try:
        for answer in model.answers(workspace, pending):
            quality_results.append(workspace.result(model, answer), results)
    except FailedError as error:
        typer.echo(f"{workspace.table.name}: {model.name} failed: {error}", err=True)


def main(
    tables: Annotated[list[str] | None, typer.Argument(help="Public tables; else all of the half.")] = None,
    models: Annotated[str, typer.Option(help="Names, with commas between them.")] = ",".join(DEFAULTS),
    folds: Annotated[int, typer.Option(help="Parts that the rows are cut into.", min=2)] = 3,
    repeats: Annotated[int, typer.Option(help="How often the rows are cut anew.", min=1)] = 1,
    half: Annotated[str, typer.Option(help="all, open (may be tuned on) or set-aside.")] = "all",
    limit: Annotated[int, typer.Option(help="Seconds that AutoGluon may train for a fold.", min=10)] = 300,
    results: Annotated[Path, typer.Option(help="The file of results, a line of JSON for each fold.")] = RESULTS,
    resume: Annotated[bool, typer.Option(help="Go on with the file of results, or begin it anew.")] = True,
) -> None:
    """Measure what is not measured yet, and print markdown tables: wins, mean rank, Elo, times."""
    asked, competing, cut = chosen(tables or [], half), contenders(models.split(","), limit), Folds(folds, repeats)
    if not resume:
        results.unlink(missing_ok=True)
    done = {result.key for result in quality_results.read(results)}
    keys: set[quality_results.Key] = set()
    with tempfile.TemporaryDirectory() as scratch:
        for table in asked:
            rows = read(table)
            data, workspace = hash_of(rows), None
            for model in competing:
                of_model = [(table.name, data, model.name, model.version, folds, *place) for place in cut.places]
                keys.update(of_model)
                if pending := [number for number, key in enumerate(of_model) if key not in done]:
                    workspace = workspace or prepare(table, rows, Path(scratch) / table.name, cut)
                    measure(workspace, model, pending, results)
    measured = [result for result in quality_results.read(results) if result.key in keys]
    print(report(measured, [model.name for model in competing], len(cut.places)))


if __name__ == "__main__":
    typer.run(main)
