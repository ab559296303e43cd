"""`python -m scoring INPUT OUTPUT`: predict for every row of a file, here or on the workers of a Dask scheduler."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from product.errors import UserError
from service import batch
from service.live import Live
from service.problems import Problem
from service.serving import Serving

FORMS = {
    ".csv": batch.CSV,
    ".json": batch.JSON,
    ".jsonl": batch.NDJSON,
    ".ndjson": batch.NDJSON,
    ".arrows": batch.ARROW,
}


def form_of(path: Path) -> str:
    if path.suffix not in FORMS:
        raise UserError(f"{path}: must end in one of {', '.join(FORMS)}")
    return FORMS[path.suffix]


def verified(product: str, model: Path | None) -> Live:
    """Raises UserError where no model could be verified."""
    live = Live(Serving.folder(model.resolve()) if model else Serving.champion(product))
    if live.serving.problem:
        raise UserError(live.serving.problem)
    return live


def main(
    input_: Annotated[Path, typer.Argument(metavar="INPUT", help=f"Rows, as {', '.join(FORMS)}.")],
    output: Annotated[Path, typer.Argument(help="What each row is answered, in the same form and order.")],
    product: Annotated[str, typer.Option(help="A product of products/.")] = "titanic",
    model: Annotated[Path | None, typer.Option(help="Folder of an artifact.", show_default="the champion")] = None,
    scheduler: Annotated[
        str, typer.Option(help="Dask's, like tcp://127.0.0.1:8786.", envvar="DASK_SCHEDULER_ADDRESS")
    ] = "",
) -> None:
    """Score a file. A row that is not as the contract says has its mistakes in place of an answer; the others go on."""
    part = output.with_name(f"{output.name}.{os.getpid()}.part")
    try:
        form = form_of(input_)
        live = verified(product, model)
        with input_.open("rb") as body, part.open("wb") as out:
            if scheduler:
                from distributed import Client  # not at import: a second that only this road costs

                from scoring.on_dask import on_dask

                with Client(scheduler, timeout=10, set_as_default=False) as client:
                    rows, invalid = batch.score(live, form, body, out, on_dask(client, live))
            else:
                rows, invalid = batch.score(live, form, body, out, batch.here(live))
        part.replace(output)
    except (UserError, OSError, Problem) as error:
        sys.exit(f"score: {error}")
    finally:
        part.unlink(missing_ok=True)
    print(f"{rows} rows, {invalid} of them wrong: {output}")


if __name__ == "__main__":
    typer.run(main)
