"""The published versions of titanic.csv in versions.yaml: `check` compares tables with them, `add` adds one."""

import hashlib
import subprocess
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

import pandas as pd
import typer
from ruamel.yaml import YAML

HERE: Final = Path(__file__).resolve().parent
YAML_FILE: Final = HERE / "versions.yaml"
HEAD: Final = "# The published versions of titanic.csv, written by publish.sh; the tests compare them with git.\n"


class LabError(Exception):
    """What went wrong in one sentence: the file or setting, the reason, the remedy."""


@dataclass(frozen=True)
class Table:
    """What identifies the bytes of a CSV, and what tells how another table differs."""

    md5: str
    bytes: int
    rows: int
    columns: list[str]
    missing: int


@dataclass(frozen=True)
class Version(Table):
    name: str
    change: str
    commit: str


def measure(path: Path) -> Table:
    content = path.read_bytes()
    cells = pd.read_csv(path, dtype="str", keep_default_na=False)
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return Table(md5, len(content), len(cells), list(cells.columns), int((cells == "").to_numpy().sum()))


def compare(path: Path, version: Version) -> None:
    """Raises LabError naming what differs between the file and the published version."""
    table = measure(path)
    pairs = [(field.name, getattr(table, field.name), getattr(version, field.name)) for field in fields(Table)]
    differences = [f"{name} {value}, published {expected}" for name, value, expected in pairs if value != expected]
    if differences:
        raise LabError(f"{path} is not {version.name} as published: {'; '.join(differences)}")


def load() -> list[Version]:
    return [Version(**entry) for entry in YAML(typ="safe").load(YAML_FILE)]


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def check() -> None:
    """Compare data/v0.csv, data/v1.csv, ... with the published versions."""
    try:
        for version in load():
            compare(HERE / "data" / f"{version.name}.csv", version)
    except (OSError, LabError) as error:
        sys.exit(f"versions.py: {error}; a published version never changes: undo the change of the steps")


@app.command()
def add(name: str, change: str) -> None:
    """Describe the version of titanic.csv that was committed last."""
    log = ["git", "log", "-1", "--format=%H", "--", "titanic.csv.dvc"]
    commit = subprocess.run(log, cwd=HERE, capture_output=True, text=True, check=True).stdout.strip()
    entry = {"name": name, "change": change, "commit": commit, **asdict(measure(HERE / "titanic.csv"))}
    yaml = YAML()
    yaml.default_flow_style = None  # columns in one line
    yaml.width = 200
    with YAML_FILE.open("a", encoding="utf-8") as file:
        if not file.tell():
            file.write(HEAD)
        yaml.dump([entry], file)


if __name__ == "__main__":
    app()
