"""A large table is let go of while it is trained on; what bench/growth.sh measures rests on that."""

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from core.model import catboost_part, training
from core.model.part import Data
from core.model.training import fit
from tests.support.small_product import product, table

SETTINGS = product("binary", "blend")


def test_the_tables_of_an_iterator_are_let_go_of_one_by_one() -> None:
    rows, known, alive = table("binary"), [], []

    def handed(part: pd.DataFrame) -> pd.DataFrame:
        known.append(weakref.ref(part))
        return part

    def tables() -> Iterator[pd.DataFrame]:
        yield handed(rows[:300].copy())
        gc.collect()
        alive.append(known[0]() is not None)
        yield handed(rows[300:].copy())

    fit(SETTINGS.contract, SETTINGS.model, tables())
    assert alive == [False]


def test_catboost_takes_over_the_columns_of_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, made, left = table("binary", 2400), [], []

    class Watched(Data):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            made.append(self)

    def search(*arguments: Any) -> Any:
        left.append([len(data.columns) for data in made])
        return trained(*arguments)

    trained = catboost_part.search
    monkeypatch.setattr(catboost_part, "search", search)
    monkeypatch.setattr(training, "Data", Watched)
    for refit_rows in (training.REFIT_ROWS, 0):
        made.clear()
        tables = rows[:1200], rows[1200:]
        model = fit(SETTINGS.contract, SETTINGS.model, tables, refit_rows=refit_rows, cross_rows=0).model
        assert len(model.raw_scores(rows)) == len(rows)
    few, many = left
    assert all(few)
    assert many == [0, 0]
