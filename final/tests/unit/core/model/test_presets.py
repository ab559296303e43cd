"""CatBoost's settings follow the rows and the columns; what product.yaml sets stays."""

from typing import Any

import pytest

from core.model import catboost_part, presets
from core.model.presets import (
    FAST,
    FAST_MULTICLASS,
    HUGE,
    LARGE,
    LARGE_MULTICLASS,
    MEDIUM,
    MULTICLASS,
    SMALL,
    SMALL_MULTICLASS,
    WIDE,
    Preset,
)
from core.spec.estimator import Model
from tests.support.small_products import declared


@pytest.mark.parametrize(
    ("rows", "classes", "columns", "preset"),
    [
        (150, 2, 20, SMALL),
        (150, 2, 499, SMALL),
        (150, 2, 1500, WIDE),
        (150, 0, 1500, WIDE),
        (150, 3, 1500, SMALL_MULTICLASS),
        (4_999, 3, 20, SMALL_MULTICLASS),
        (5_000, 3, 20, MULTICLASS),
        (20_000, 3, 20, LARGE_MULTICLASS),
        (4_999, 2, 20, SMALL),
        (5_000, 2, 20, MEDIUM),
        (19_999, 2, 1500, MEDIUM),
        (20_000, 2, 1500, LARGE),
        (199_999, 0, 20, LARGE),
        (200_000, 0, 1500, HUGE),
    ],
)
def test_the_preset_follows_the_size(rows: int, classes: int, columns: int, preset: Preset) -> None:
    assert presets.preset(rows, classes, columns) == preset


@pytest.mark.parametrize(
    ("rows", "classes", "preset"),
    [(150, 2, FAST), (199_999, 0, FAST), (100_000, 5, FAST_MULTICLASS), (200_000, 0, HUGE)],
)
def test_a_first_look_takes_few_steps(rows: int, classes: int, preset: Preset) -> None:
    assert presets.preset(rows, classes, 20, "fast") == preset


@pytest.mark.parametrize(("rows", "classes"), [(150, 2), (20_000, 0), (20_000, 5), (300_000, 2)])
def test_the_best_takes_twice_as_many_steps_of_half_the_size(rows: int, classes: int) -> None:
    good = presets.preset(rows, classes, 20)
    best = presets.preset(rows, classes, 20, "best")
    assert best.iterations == 2 * good.iterations
    assert best.learning_rate == good.learning_rate / 2
    assert best.depth == good.depth


def test_what_a_product_sets_stays() -> None:
    assert presets.completed(Model(iterations=7), 150, 2, 1500).iterations == 7


@pytest.mark.parametrize(("columns", "share"), [(499, None), (1500, 0.1)])
def test_a_wide_table_is_tried_in_parts(columns: int, share: float | None) -> None:
    settings = presets.completed(Model(), 150, 2, columns)
    options = catboost_part._options(settings, declared("binary").target, 150, columns)
    assert options.get("rsm") == share


@pytest.mark.parametrize(
    ("columns", "classes", "share"),
    [(499, 2, 1), (1500, 0, 0.1), (62, 8, 1), (64, 10, 150 / 640), (129, 32, 150 / 4128), (20, 100, 0.2), (3, 200, 1)],
)
def test_with_many_classes_a_level_looks_at_fewer_columns(columns: int, classes: int, share: float) -> None:
    assert presets.share_of_columns(columns, classes) == share


@pytest.mark.parametrize(
    ("rows", "quality", "combined"),
    [(19_999, "good", None), (20_000, "good", 1), (19_999, "fast", 1), (19_999, "best", None)],
)
def test_many_rows_and_a_first_look_go_without_combinations(rows: int, quality: Any, combined: int | None) -> None:
    settings = presets.completed(Model(quality=quality), rows, 2, 20)
    options = catboost_part._options(settings, declared("binary").target, rows, 20)
    assert options.get("max_ctr_complexity") == combined
