"""From a CSV to a promoted model at several sizes: seconds of each step and its peak memory, beside the file's size."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import typer

from core.table import csv_file

ROOT = Path(__file__).resolve().parents[2]
DRAFT = (
    "import sys; from core.draft.draft import draft; from core.draft.options import Wish; "
    "draft(sys.argv[1], 'y', Wish(name='big'))"
)
STAGES = (
    "data_creation",
    "data_validation",
    "data_preprocessing",
    "model_preparation",
    "model_testing",
    "model_promotion",
)


def generate(rows: int, path: Path) -> None:
    """20 columns, 12 of numbers and 8 of categories, one value of ten missing in half of them, and the target."""
    rng = np.random.default_rng(0)
    numbers = {f"n{i}": np.round(rng.normal(size=rows), 5) for i in range(12)}
    words = {f"c{i}": rng.choice([f"value{k}" for k in range(3 + 3 * i)], rows) for i in range(7)}
    score = numbers["n0"] + numbers["n1"] * (words["c0"] == "value1") + rng.normal(size=rows)
    columns = {**numbers, **words, "y": np.where(score > 0.5, "yes", "no")}
    table = {
        name: pa.array(values, mask=(rng.random(rows) < 0.1) if i % 2 and name != "y" else None)
        for i, (name, values) in enumerate(columns.items())
    }
    csv_file.write(pa.table(table), path)


def _of_a_run(folder: str, names: list[str]) -> set[str]:
    """What a run left in a product's folder; the code has folders of the same names."""
    is_product = Path(folder).parent.name == "products"
    return {"data", "registry", "model", "tmp"} & set(names) if is_product else set()


def measured(command: list[str], folder: Path) -> tuple[float, float, float]:
    """Seconds, processor seconds and peak memory (MiB, of the process without its children) of a command that works."""
    report = folder / "time.txt"
    code = (
        "import os,resource,sys,time;b=time.monotonic();p=os.posix_spawn(sys.argv[2],sys.argv[2:],os.environ);"
        "u=(s:=os.wait4(p,0))[2];w=[time.monotonic()-b,u.ru_utime+u.ru_stime,u.ru_maxrss/1024];"
        "open(sys.argv[1],'w').write(' '.join(map(str,w)));"
        "sys.exit(os.waitstatus_to_exitcode(s[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(report), *command], check=True, cwd=folder / "final", stdout=2)
    seconds, busy, peak = map(float, report.read_text().split())
    return seconds, busy, peak


def main(
    rows: Annotated[list[int] | None, typer.Argument(help="Sizes; else 10,000, 100,000 and 1,000,000.")] = None,
    iterations: Annotated[int | None, typer.Option(help="Fewer trees, where only memory is looked at.")] = None,
) -> None:
    """Measure each step of the pipeline, as a process of its own, in a scratch copy of `final`.

    A cell is seconds by the clock (seconds of processors, which a busy machine does not change much), peak memory.
    """
    steps = ("baseline (imports)", "draft", *STAGES)
    print(f"| rows | file MB | {' | '.join(steps)} | peak / file |\n|{'---|' * (len(steps) + 3)}")
    for count in rows or [10_000, 100_000, 1_000_000]:
        with tempfile.TemporaryDirectory() as scratch:
            here = Path(scratch)
            shutil.copytree(ROOT / "final", here / "final", ignore=_of_a_run)
            table = here / "big.csv"
            generate(count, table)
            size, python = table.stat().st_size / 1e6, [sys.executable, "-m"]
            found = [measured([sys.executable, "-c", "import core.model.model, core.table.validation"], here)]
            found.append(measured([sys.executable, "-c", DRAFT, str(table)], here))
            if iterations is not None:
                with (here / "final" / "products" / "big" / "product.yaml").open("a") as file:
                    file.write(f"model: {{iterations: {iterations}}}\n")
            for stage in STAGES:
                found.append(measured([*python, f"stages.{stage}", "big"], here))
                print(f"{count:,} rows, {stage}: {found[-1][0]:.1f} s", file=sys.stderr)
            cells = " | ".join(f"{seconds:.1f} s ({busy:.1f}), {peak:,.0f} MiB" for seconds, busy, peak in found)
            ratio = max(peak for *_, peak in found) * 2**20 / 1e6 / size
            print(f"| {count:,} | {size:,.1f} | {cells} | {ratio:.1f} |", flush=True)


if __name__ == "__main__":
    os.chdir(ROOT / "final")
    typer.run(main)
