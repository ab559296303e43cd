"""How often the sets and intervals of the default model hold the truth, on tables cut anew again and again."""

import time
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from scipy.stats import binomtest
from sklearn.model_selection import train_test_split

from bench.quality_tables import BUNDLED, Table, bundled, product
from core.base import terminal
from core.metrics.classes import codes
from core.model.conformal import Guarantee, holds, intervals, sets, sizes
from core.model.model import ProductModel
from core.model.training import fit

COVERAGE = 0.9
TIMED_ROWS, TIMES = 1000, 20


def cut(table: Table, seed: int) -> tuple[int, int, float, float]:
    """Rows of the test part, how many of them are held, mean size of a set or interval, and microseconds a row."""
    target = table.contract.target
    kinds = None if target.task == "regression" else table.rows[target.name]
    seen, test = train_test_split(table.rows, test_size=0.2, stratify=kinds, random_state=seed)
    inner = None if kinds is None else seen[target.name]
    train, validation = train_test_split(seen, test_size=0.2, stratify=inner, random_state=seed)
    model = fit(table.contract, table.settings, (train, validation), coverage=COVERAGE).model
    if (promise := model.guarantee) is None:
        raise RuntimeError("the model promises nothing")
    scores = model.scores(test)
    limits = promise.limits(model.features(test), scores)
    held = holds(target, codes(test[target.name], target), scores, limits)
    return (
        len(test),
        int(held.sum()),
        float(sizes(target, scores, limits).mean()),
        microseconds(model, promise, test),
    )


def microseconds(model: ProductModel, promise: Guarantee, test: pd.DataFrame) -> float:
    """What a row's set or interval costs beside its score, of a thousand rows at once; the least of some times."""
    columns = model.features(test.sample(TIMED_ROWS, replace=True, random_state=0))
    scores = model.scores_of(columns)
    asked = intervals if model.contract.target.task == "regression" else sets
    spent = []
    for _ in range(TIMES):
        start = time.perf_counter()
        asked(scores, promise.limits(columns, scores))
        spent.append(time.perf_counter() - start)
    return 1e6 * min(spent) / TIMED_ROWS


def main(
    tables: Annotated[list[str] | None, typer.Argument(help="Tables; else all. Products must have run.")] = None,
    seeds: Annotated[int, typer.Option(help="How often the rows are cut anew.", min=1)] = 20,
) -> None:
    """Print a markdown table: coverage that was promised, and that of the test parts of all cuts together."""
    names = tables or [*BUNDLED, "titanic", "weather", "temperatures"]
    print("| table | task | rows of a test part | promised | covered | worst cut | mean size | microseconds a row |")
    print("|---|---|---|---|---|---|---|---|")
    with terminal.progress() as bar:
        task = bar.add_task("cuts", total=len(names) * seeds)
        for name in names:
            table, cuts = bundled(name) if name in BUNDLED else product(name), []
            for seed in range(seeds):
                cuts.append(cut(table, seed))
                bar.advance(task)
            print(line(table, cuts), flush=True)


def line(table: Table, cuts: list[tuple[int, int, float, float]]) -> str:
    """A row of the table; the interval takes all test rows for independent, which rows of several cuts are not."""
    rows, held, sizes, spent = map(np.array, zip(*cuts, strict=True))
    interval = binomtest(int(held.sum()), int(rows.sum())).proportion_ci()
    covered = f"{held.sum() / rows.sum():.3f} ({interval.low:.3f} to {interval.high:.3f})"
    figures = [
        f"{rows[0]:,}",
        f"{COVERAGE:g}",
        covered,
        f"{(held / rows).min():.3f}",
        f"{sizes.mean():.3g}",
        f"{spent.min():.2f}",
    ]
    return f"| {' | '.join([table.name, table.contract.target.task, *figures])} |"


if __name__ == "__main__":
    typer.run(main)
