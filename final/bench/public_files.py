"""The public tables as files: `python -m bench.public_files FOLDER` writes each as CSV, and tasks.json about them."""

import hashlib
import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from sklearn import datasets

from bench.environments import python_of
from bench.public_tables import MOST_ROWS, TABLES, PublicTable

FEWEST_ROWS, FEWEST_OF_A_CLASS = 150, 20


@cache
def packages() -> Path:
    """The folder of the packages that carry the tables, installed when first asked for."""
    program = "import sysconfig; print(sysconfig.get_path('purelib'))"
    command = [str(python_of("tables")), "-c", program]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def read(table: PublicTable) -> pd.DataFrame:
    """The rows that have a target, shuffled, without the columns that are left out.

    Raises ValueError if a table is not as declared.
    """
    rows = _contents(table.file)
    if absent := {table.target, *table.left_out} - set(rows):
        raise ValueError(f"{table.file}: has no column {', '.join(sorted(absent))}; it has {', '.join(rows.columns)}")
    rows = rows.drop(columns=list(table.left_out)).dropna(subset=[table.target])
    if table.task != "regression":
        common = rows[table.target].map(rows[table.target].value_counts()) >= FEWEST_OF_A_CLASS
        rows = rows[common]
    if len(rows) < FEWEST_ROWS:
        raise ValueError(f"{table.file}: has {len(rows)} rows with a target; at least {FEWEST_ROWS} are needed")
    return rows.sample(min(len(rows), MOST_ROWS), random_state=0).reset_index(drop=True)


def hash_of(rows: pd.DataFrame) -> str:
    """Of the table as CSV."""
    return hashlib.sha256(rows.to_csv(index=False).encode()).hexdigest()[:12]


def _contents(file: str) -> pd.DataFrame:
    if file.startswith("scikit-learn:"):
        rows: pd.DataFrame = getattr(datasets, f"load_{file.removeprefix('scikit-learn:')}")(as_frame=True).frame
        return rows
    path = packages() / file
    if path.suffix == ".dta":
        return pd.read_stata(path)
    if path.suffix == ".compress":
        # a pickle of a package whose hash is in the lock
        contents: pd.DataFrame = pd.read_pickle(path, compression="xz")  # noqa: S301
        return contents.drop(columns="rownames")
    if path.suffix == ".dat":
        rows = pd.read_csv(path, header=None, sep=r"\s*,\s*", engine="python")
        return rows.set_axis([f"column_{number}" for number in range(1, rows.shape[1] + 1)], axis="columns")
    return pd.read_csv(path)


def write(folder: Path, names: list[str]) -> None:
    """FOLDER/NAME.csv of each table, and tasks.json: target, task, rows, columns, whether the table is set aside."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = {}
    for name in names:
        table = TABLES[name]
        rows = read(table)
        rows.to_csv(folder / f"{name}.csv", index=False)
        tasks[name] = {
            "target": table.target,
            "task": table.task,
            "rows": len(rows),
            "columns": rows.shape[1] - 1,
            "set_aside": table.is_set_aside,
        }
    (folder / "tasks.json").write_text(json.dumps(tasks, indent=1) + "\n")


def main(
    folder: Annotated[Path, typer.Argument(help="Where the tables are written.")],
    tables: Annotated[list[str] | None, typer.Argument(help="Tables; else all.")] = None,
) -> None:
    """Write the public tables as CSV, with tasks.json."""
    write(folder, tables or [*TABLES])


if __name__ == "__main__":
    typer.run(main)
