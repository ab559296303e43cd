"""How often the sets and intervals of the default model hold the truth, on tables cut anew again and again."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from scipy.stats import binomtest
from sklearn.model_selection import train_test_split

from bench.quality_tables import BUNDLED, Table, table_of
from bench.references import answers
from core.base import terminal
from core.metrics.classes import codes
from core.model.conformal import Guarantee, holds, intervals, sets, sizes
from core.model.model import ProductModel
from core.model.training import fit

COVERAGE = 0.9
TIMED_ROWS, TIMES = 1000, 20
FEWEST_ROWS = 100
PUBLIC = [
    "hitters",
    "saheart",
    "mroz",
    "car_prices",
    "german",
    "concrete",
    "oj",
    "attrition",
    "contraceptive",
    "beps",
    "nhefs",
    "chile",
    "wage",
]
HEADINGS = (
    "table",
    "task",
    "rows of a test part",
    "promised",
    "covered",
    "worst cut",
    "worst slice",
    "mean size",
    "MAPIE's on the same scores",
    "microseconds a row",
)


@dataclass(frozen=True)
class Cut:
    """What is measured on one cut of a table's rows, and the problem that MAPIE is given."""

    rows: int  # of the test part
    held: int
    size: float  # mean, of a set or interval
    microseconds: float  # a row
    slices: dict[str, tuple[int, int]]  # group with a promise of its own: rows that are held, and all
    problem: dict[str, Any]


def measure(table: Table, seed: int) -> Cut:
    target = table.contract.target
    kinds = None if target.task == "regression" else table.rows[target.name]
    seen, test = train_test_split(table.rows, test_size=0.2, stratify=kinds, random_state=seed)
    inner = None if kinds is None else seen[target.name]
    train, validation = train_test_split(seen, test_size=0.2, stratify=inner, random_state=seed)
    trained = fit(table.contract, table.settings, (train, validation), coverage=COVERAGE, slices=table.slices)
    model = trained.model
    if (promise := model.guarantee) is None:
        raise RuntimeError("the model promises nothing")
    columns = model.features(test)
    scores = model.scores_of(columns)
    limits = promise.limits(columns, scores)
    held = holds(target, codes(test[target.name], target), scores, limits)
    slices = {}
    for name, groups in promise.groups.items():
        values = np.asarray(columns[name], dtype=object)
        for value in groups:
            slices[f"{name}={value}"] = (int(held[values == value].sum()), int((values == value).sum()))
    calibration_targets = pd.concat([train, validation])[target.name].iloc[-len(trained.unseen) :]
    return Cut(
        len(test),
        int(held.sum()),
        float(sizes(target, scores, limits).mean()),
        microseconds(model, promise, test),
        slices,
        {
            "coverage": COVERAGE,
            "scores": of_each_class(trained.unseen, target.task),
            "actual": codes(calibration_targets, target),
            "test": of_each_class(scores, target.task),
        },
    )


def of_each_class(scores: np.ndarray, task: str) -> np.ndarray:
    """Of two classes, whose scores are (n,), both: (n, 2)."""
    return np.column_stack([1 - scores, scores]) if task == "binary" else scores


def mapie_size(cuts: Sequence[Cut]) -> float:
    """Mean size of MAPIE's sets, some of which may be empty, or of its intervals, for the same scores."""
    means = []
    for answer in answers("mapie_sets.py", [cut.problem for cut in cuts]):
        size_by_row = answer["sets"].sum(axis=1) if "sets" in answer else np.diff(answer["intervals"])
        means.append(size_by_row.mean())
    return float(np.mean(means))


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
    names = tables or [*BUNDLED, *PUBLIC, "titanic", "weather", "temperatures"]
    print(f"| {' | '.join(HEADINGS)} |")
    print("|" + "---|" * len(HEADINGS))
    with terminal.progress() as bar:
        task = bar.add_task("cuts", total=len(names) * seeds)
        for name in names:
            table, cuts = table_of(name), []
            for seed in range(seeds):
                cuts.append(measure(table, seed))
                bar.advance(task)
            print(line(table, cuts), flush=True)


def worst_slice(cuts: Sequence[Cut]) -> str:
    """The group that is covered least, of those with FEWEST_ROWS in all cuts."""
    sums: dict[str, np.ndarray] = {}
    for cut in cuts:
        for name, counts in cut.slices.items():
            sums[name] = sums.get(name, np.zeros(2, int)) + counts
    shares = {name: float(held / rows) for name, (held, rows) in sums.items() if rows >= FEWEST_ROWS}
    if not shares:
        return ""
    name = min(shares, key=lambda group: shares[group])
    return f"{shares[name]:.3f} ({name})"


def line(table: Table, cuts: Sequence[Cut]) -> str:
    """A row of the table; the interval takes all test rows for independent, which rows of several cuts are not."""
    rows, held = sum(cut.rows for cut in cuts), sum(cut.held for cut in cuts)
    interval = binomtest(held, rows).proportion_ci()
    figures = [
        f"{cuts[0].rows:,}",
        f"{COVERAGE:g}",
        f"{held / rows:.3f} ({interval.low:.3f} to {interval.high:.3f})",
        f"{min(cut.held / cut.rows for cut in cuts):.3f}",
        worst_slice(cuts),
        f"{np.mean([cut.size for cut in cuts]):.3g}",
        f"{mapie_size(cuts):.3g}",
        f"{min(cut.microseconds for cut in cuts):.2f}",
    ]
    return f"| {' | '.join([table.name, table.contract.target.task, *figures])} |"


if __name__ == "__main__":
    typer.run(main)
