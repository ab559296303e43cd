"""Well-known tables of other packages through `pipeline.sh --data`, in a clone of this checkout.

The tables are read from the packages' files, installed beside this environment by the lock peers/strangers.txt, made by
    uv pip compile --no-deps --python-version 3.11 --generate-hashes --no-header --no-annotate X.in -o X.txt
"""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from core.spec.yaml_file import load

ROOT = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_name("peers") / "strangers.txt"


@dataclass(frozen=True)
class Stranger:
    """`words` are what a person adds after reading why the first run stopped."""

    file: str
    target: str
    words: tuple[str, ...] = ()


STRANGERS = (
    # its columns category and inmetro say the same, which the leakage gate finds
    Stranger("plotnine/data/midwest.csv", "inmetro", ("--ignore", "category")),
    Stranger("palmerpenguins/data/penguins-raw.csv", "Species"),
    Stranger("plotnine/data/diamonds.csv", "price"),
)


def install(folder: Path) -> None:
    words = ["--no-deps", "--require-hashes", "--target", str(folder), "-r", str(LOCK)]
    subprocess.run(["uv", "--quiet", "pip", "install", "--python", sys.executable, *words], check=True, stdout=2)


def clone(folder: Path) -> Path:
    """The last commit of this checkout, with this environment."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    return folder


def run(checkout: Path, table: Path, stranger: Stranger, words: tuple[str, ...]) -> tuple[str, float]:
    """The result line, or the last line of what went wrong, and the seconds; stderr is shown as it comes."""
    began = time.monotonic()
    command = ["bash", str(checkout / "final" / "pipeline.sh"), "--data", str(table), "--target", stranger.target]
    done = subprocess.run([*command, *words], stdout=subprocess.PIPE, text=True, check=False, cwd=checkout)
    return done.stdout.strip() or "stopped by a gate, see above", time.monotonic() - began


def main(
    keep: Annotated[Path | None, typer.Option(help="Leave each product file and report in this folder.")] = None,
) -> None:
    """Run each table as it is, and where that stops, with the words that its message asks for."""
    print("| table | rows | features | task | command | result | seconds |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        install(Path(scratch) / "packages")
        checkout = clone(Path(scratch) / "clone")
        for stranger in STRANGERS:
            table = Path(scratch) / "packages" / stranger.file
            for words in dict.fromkeys([(), stranger.words]):
                result, seconds = run(checkout, table, stranger, words)
                made = checkout / "final" / "products" / table.stem
                product, rows = load(str(made)), sum(1 for _ in table.open(encoding="utf-8")) - 1
                said = " ".join([f"--target {stranger.target}", *words])
                print(f"| {stranger.file} | {rows:,} | {len(product.features)} | {product.target.task} | `{said}` | "
                      f"{result} | {seconds:.0f} |", flush=True)  # fmt: skip
            if keep is not None:
                there = Path(keep) / table.stem
                there.mkdir(parents=True, exist_ok=True)
                for file in (made / "product.yaml", made / "reports" / "report.html"):
                    shutil.copy(file, there)


if __name__ == "__main__":
    typer.run(main)
