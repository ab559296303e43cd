"""What a run says about a table that passed its gates, and no gate can decide."""

from pathlib import Path

import pandas as pd

from core.spec.product import Product
from core.table import csv_file
from core.table.disagreement import disagreement
from core.table.duplicates import copies
from core.table.header import header
from core.table.keys import Key, keys
from core.table.typed import without_weight

ROWS = 50_000  # in which keys are looked for
FEW_GROUPS = 100  # of the hold-out; with fewer its figures are very uncertain
MANY_DISAGREE = 0.05  # of the rows


def notes_on_table(table: pd.DataFrame, raw: Path, product: Product) -> list[str]:
    """Sentences about the rows of `raw`, of which `table` has the columns that are used."""
    sentences = []
    if product.gates.data.repeated_rows is not None:
        repeated = len(copies(without_weight(table.drop(columns=[product.id] if product.id else []), product)))
        sentences.append(
            f"{repeated:,} of {len(table):,} rows repeat an earlier row; gates.data.repeated_rows allows them"
        )
    outcome = disagreement(table, product.contract)
    if outcome.rows >= MANY_DISAGREE * len(table):
        best = "r2" if product.target.task == "regression" else "accuracy"
        sentences.append(
            f"{outcome.rows:,} of {len(table):,} rows have the features of another row and another "
            f"{product.target.name}: no model can exceed {best} {outcome.attainable:.3f}"
        )
    if product.split.group is not None:
        groups = int(product.split.holdout * table[product.split.group].nunique())
        if groups < FEW_GROUPS:
            sentences.append(
                f"the hold-out has rows of about {groups} {product.split.group} only: its figures are as uncertain as "
                "those of so many rows"
            )
    if product.split.group is None and product.split.by is None:
        sentences += _known_keys(table.head(ROWS), raw, product)
    return sentences


def _known_keys(table: pd.DataFrame, raw: Path, product: Product) -> list[str]:
    """A sentence if a column, used or ignored, names whose rows they are and these are on both sides of the split."""
    ignored = [name for name in header(raw) if name in product.ignore]
    if ignored:
        arrow = csv_file.read(raw, ignored, []).slice(0, ROWS)
        table = table.assign(**{name: pd.Series(csv_file.objects(arrow[name]), dtype=object) for name in ignored})
    target = product.target.name
    candidates = [name for name in map(str, table) if name not in (target, product.id, product.weight)]
    return [
        f"{key.name} repeats ({key.evidence(target)}) and its rows are on both sides of the split: the score is of a "
        f"{key.name} that the model knows; {_remedy(key)}"
        for key in keys(table, candidates, target)[:1]
    ]


def _remedy(key: Key) -> str:
    if key.can_split:
        return f"split: {{group: {key.name}}} in product.yaml tests on new ones"
    return "get rows of more to test on new ones"
