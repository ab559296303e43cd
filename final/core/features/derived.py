"""Features derived from others: a part of a text, a sum, a join."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add

import numpy as np
import pandas as pd

from core.features.columns import MISSING, Column, Step, coded, codes_of, convert_each
from core.spec.columns import Derived, Extract, Join, Sum

SEPARATOR = "|"


def derived(rule: Derived) -> Step:
    """What makes the column of a rule."""
    match rule:
        case Extract():
            return ExtractedPart(rule, re.compile(rule.pattern))
        case Sum():
            return SumOfNumbers(rule)
        case Join():
            return JoinedValues(rule)


@dataclass(frozen=True)
class ExtractedPart:
    """The part of a text that a pattern finds, `other` where it finds none or one that is not listed."""

    rule: Extract
    pattern: re.Pattern[str] = field(repr=False)

    def __call__(self, made: Mapping[str, Column]) -> Column:
        return convert_each(self._of_text, made[self.rule.extract])

    def _of_text(self, text: str) -> str:
        if text == MISSING:
            return MISSING
        match = self.pattern.search(text)
        part = match.group(1) if match else None
        is_listed = self.rule.values is None or part in self.rule.values
        return part if part and is_listed else self.rule.other


@dataclass(frozen=True)
class SumOfNumbers:
    """The sum of numbers, plus a constant; NaN where one of them is."""

    rule: Sum

    def __call__(self, made: Mapping[str, Column]) -> Column:
        columns = [made[name] for name in self.rule.sum]
        if isinstance(columns[0], np.ndarray):
            return np.asarray(reduce(add, columns, self.rule.plus))
        return [reduce(add, row, self.rule.plus) for row in zip(*columns, strict=True)]


@dataclass(frozen=True)
class JoinedValues:
    """Several values side by side as one category."""

    rule: Join

    def __call__(self, made: Mapping[str, Column]) -> Column:
        columns = [made[name] for name in self.rule.join]
        if any(isinstance(column, pd.Categorical) for column in columns):
            return coded(*_joined_arrays(columns))
        if isinstance(columns[0], np.ndarray):
            texts, codes = _joined_arrays(columns)
            return np.asarray(np.array(texts, dtype=object)[codes])
        return [SEPARATOR.join(map(_label, row)) for row in zip(*columns, strict=True)]


def _joined_arrays(columns: list[Column]) -> tuple[list[str], np.ndarray]:
    """Each distinct combination, written once, and the position of each row's, shape (n,)."""
    key, texts = np.zeros(len(columns[0]), dtype=np.int64), [""]
    for position, column in enumerate(columns):
        codes, distinct = codes_of(column)
        key, pairs = pd.factorize(key * len(distinct) + codes)
        heads, tails = np.divmod(pairs, len(distinct))
        labels = [_label(value) for value in distinct]
        separator = SEPARATOR if position else ""
        texts = [f"{texts[head]}{separator}{labels[tail]}" for head, tail in zip(heads, tails, strict=True)]
    return texts, key


def _label(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
