"""A large table through score.sh, pandas and CatBoost by hand, and MLflow, on the same cores; answers compared."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import typer

from bench import servers
from bench.growth import measured
from core.base.paths import FINAL, Paths
from core.registry.registry import Registry

SNAPSHOT = FINAL.parent / "lab4" / "snapshot" / "train.csv"
PEER = Path(__file__).with_name("peers") / "pandas_catboost.py"
AT_ONCE = 100_000
MOST_OF_MLFLOW = 1_000_000  # rows: it holds them several times over
EMPTY_IS_NULL = arrow_csv.ConvertOptions(strings_can_be_null=True)


def generate(rows: int, path: Path, bad: float = 0) -> None:
    """Passengers drawn with repetition, with ids and fares of their own; a share of the ages is a word."""
    passengers = pd.read_csv(SNAPSHOT, dtype=str, keep_default_na=False).drop(columns="Survived")
    rng = np.random.default_rng(0)
    with path.open("w") as file:
        for start in range(0, rows, AT_ONCE):
            count = min(AT_ONCE, rows - start)
            part = passengers.iloc[rng.integers(0, len(passengers), count)].copy()
            part["PassengerId"] = np.arange(start + 1, start + count + 1)
            part["Fare"] = np.round(rng.gamma(1, 30, count), 4).clip(0, 900)
            part.loc[rng.random(count) < bad, "Age"] = "old"
            part.to_csv(file, index=False, header=start == 0)


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """Processes started meanwhile have so many cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def read(path: Path) -> pd.DataFrame:
    """The answers of a way."""
    if path.suffix == ".json":
        answers = pd.DataFrame(json.loads(path.read_bytes())["predictions"])
        answers["set"] = answers["set"].map(lambda values: "|".join(map(str, values)))
        return answers
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)


@contextmanager
def workers(count: int) -> Iterator[str]:
    """The address of a Dask scheduler with so many workers of one thread each."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield str(cluster.scheduler_address)


def compare(ours: Path, theirs: Path) -> None:
    """Ends the run where the answers differ."""
    one, other = read(ours), read(theirs)
    same = (one["prediction"] == other["prediction"]).all()
    same = same and (one["set"].astype(str) == other["set"].astype(str)).all()
    if not same or not np.allclose(one["probability"], other["probability"], rtol=0, atol=1e-12):
        sys.exit(f"batch: {ours} and {theirs} differ")


def main(
    rows: Annotated[list[int] | None, typer.Argument(help="Sizes; else 100,000 and 1,000,000.")] = None,
    model: Annotated[Path | None, typer.Option(help="Folder of an artifact of titanic; else the champion.")] = None,
) -> None:
    """Seconds by the clock, of processors, and peak memory of each way, as Markdown."""
    registry = Registry(Paths.of("titanic").registry)
    folder = (model or registry.artifact(registry.required_champion())).resolve()
    ours = [sys.executable, "-m", "scoring", "--model", str(folder)]
    peer = [sys.executable, str(PEER), str(folder / "model.cbm")]
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    mlflow = [*servers.mlflow(folder, "predict"), "--content-type", "csv"]
    with workers(1) as alone, workers(2) as both:
        _table(rows or [100_000, 1_000_000], ours, peer, mlflow, (alone, both))


def _table(sizes: list[int], ours: list[str], peer: list[str], mlflow: list[str], schedulers: tuple[str, str]) -> None:
    by_one, by_two = ([*ours, "--scheduler", address] for address in schedulers)
    print("| rows | cores | form | way | seconds | of processors | MiB | this is x times as fast as by hand |")
    print("|---|---|---|---|---|---|---|---|")
    for count in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            here = Path(scratch)
            (here / "final").symlink_to(FINAL)
            plain, bad, columns = here / "rows.csv", here / "bad.csv", here / "rows.parquet"
            generate(count, plain)
            generate(count, bad, 0.01)
            pq.write_table(arrow_csv.read_csv(plain, convert_options=EMPTY_IS_NULL), columns)
            cases = [
                (1, "CSV", "by hand", peer, plain),
                (1, "CSV", "score.sh", ours, plain),
                (1, "CSV, 1 % bad", "score.sh", ours, bad),
                (1, "CSV to JSON", "mlflow models predict", mlflow, plain),
                (1, "Parquet", "by hand", peer, columns),
                (1, "Parquet", "score.sh", ours, columns),
                (2, "CSV", "by hand", peer, plain),
                (2, "CSV", "score.sh", ours, plain),
                (2, "CSV", "score.sh, one Dask worker", by_one, plain),
                (2, "CSV", "score.sh, two Dask workers", by_two, plain),
                (2, "Parquet", "by hand", peer, columns),
                (2, "Parquet", "score.sh", ours, columns),
            ]
            by_hand = 0.0
            for cores, form, way, command, source in cases:
                is_mlflow = command == mlflow
                if is_mlflow and count > MOST_OF_MLFLOW:
                    continue
                output = here / f"{way}{'.json' if is_mlflow else source.suffix}"
                names = ["--input-path", str(source), "--output-path", str(output)]
                with on_cores(cores):
                    seconds, busy, peak = measured([*command, *(names if is_mlflow else names[1::2])], here)
                if way == "by hand":
                    by_hand, theirs = seconds, output
                elif source != bad:
                    compare(output, theirs)
                ratio = by_hand / seconds
                cells = [f"{count:,}", cores, form, way, f"{seconds:.1f}", f"{busy:.1f}", f"{peak:.0f}", f"{ratio:.2f}"]
                print(f"| {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    typer.run(main)
