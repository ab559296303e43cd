"""Puts the executed notebook and its pictures where they are looked for, each file whole or not at all."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

HERE = Path(__file__).resolve().parent
FILES = ("clean_data.png", "noised_data.png", "quality.ipynb")  # the notebook last: it stands for the run


def publish(source: Path, target: Path) -> None:
    """Copy all files beside their places first, then rename: what fails before leaves every old file in place."""
    target.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(source / name, target / f".{name}.new")
    for name in FILES:
        (target / f".{name}.new").replace(target / name)


def main(
    workdir: Annotated[Path, typer.Option(help="Folder in which execute.py ran the notebook.")],
    reports: Annotated[Path, typer.Option(help="Receives the executed notebook and its pictures.")] = HERE / "reports",
    update: Annotated[bool, typer.Option(help="Refresh the committed notebook and pictures as well.")] = False,
) -> None:
    for target in (reports, HERE) if update else (reports,):
        publish(workdir, target)
        typer.echo(f"lab5: wrote {', '.join(FILES)} to {target}", err=True)


if __name__ == "__main__":
    typer.run(main)
