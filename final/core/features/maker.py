"""What the model sees, made from what the contract declares: one code for training, batch and online.

Everything works on columns, sequences of equal length, so that one row is a batch of one. Of a large table each
distinct value is converted once; of a few rows each value, which is quicker there. Both give the same numbers.
"""

from collections.abc import Mapping

import pandas as pd

from core.features.canonical import canonical
from core.features.columns import Column, Columns, Step, as_floats, convert_each, none_if_missing
from core.features.dates import PARTS, DatePart, HourOfDay
from core.features.derived import derived
from core.features.words import WordBucket, WordCounts, counts_name
from core.spec.columns import BUCKETS, Date, Feature, Integer, Number, Sum, Text, parts
from core.spec.contract import Contract

MANY = 200  # rows from which on a table is worth the detour by distinct values


def _steps(name: str, feature: Feature) -> list[tuple[str, Step]]:
    """Name and function of each column that is made of a column: the parts that the model sees, and what they need."""
    steps: list[Step] = []
    needed: list[tuple[str, Step]] = []
    if isinstance(feature, Date):
        steps = [DatePart(name, part) for part in PARTS]
        steps += [HourOfDay(name)] if feature.time else []
    elif isinstance(feature, Text) and feature.words:
        needed = [(counts_name(name), WordCounts(name))]
        steps = [WordBucket(name, number) for number in range(BUCKETS)]
    return [*needed, *zip(parts(name, feature), steps, strict=True)]


class FeatureMaker:
    """Columns of the contract in, columns of the model out; `names` and `categorical` tell what they are."""

    def __init__(self, contract: Contract) -> None:
        self._canonical = [
            (name, canonical(feature), isinstance(feature, Number | Integer))
            for name, feature in contract.features.items()
        ]
        self._steps: list[tuple[str, Step]] = []
        self.names: list[str] = []
        categories: set[str] = set()
        for name, feature in contract.features.items():
            if not feature.in_model:
                continue
            self._steps += _steps(name, feature)
            if not (isinstance(feature, Text) and feature.words):
                self.names.append(name)
                if not isinstance(feature, Number | Integer | Date):
                    categories.add(name)
            self.names += parts(name, feature)
        for name, rule in contract.derived.items():
            self._steps.append((name, derived(rule)))
            self.names.append(name)
            if not isinstance(rule, Sum):
                categories.add(name)
        self.categorical = [name for name in self.names if name in categories]

    def __call__(self, columns: Columns) -> dict[str, Column]:
        """The model's columns, in the order of `names`; None and NaN both mean missing in what comes in.

        A large table gives arrays (float64, or object for text), a small one lists.
        """
        large = isinstance(columns, pd.DataFrame) and len(columns) >= MANY
        made: dict[str, Column] = {}
        for name, convert, number in self._canonical:
            values = columns[name]
            if large and number:
                made[name] = as_floats(pd.Series(values))
            elif large:
                made[name] = convert_each(convert, pd.Series(values).to_numpy(dtype=object))
            else:
                made[name] = [convert(none_if_missing(value)) for value in values]
        return self.of_canonical(made)

    def of_canonical(self, columns: Mapping[str, Column]) -> dict[str, Column]:
        """The same of values that `canonical` has converted: float64 with NaN, or pd.Categorical with MISSING."""
        made = dict(columns)
        for name, step in self._steps:
            made[name] = step(made)
        return {name: made[name] for name in self.names}
