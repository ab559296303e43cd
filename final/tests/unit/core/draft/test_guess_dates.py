"""How a date is drafted: its form, its time of day, what --as says of it, and days that are to come."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from core.features.maker import FeatureMaker
from core.spec.columns import Date
from core.spec.product import Product
from core.spec.request import example_row, json_schema, request_model
from tests.support.drafts import drafted_table, refusal

ROWS = 120
START = datetime(2021, 1, 30, 6)


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """A table with these columns, a number and a target."""

    def write(**columns: Any) -> Path:
        made = {**columns, "size": [n % 7 + n / 100 for n in range(ROWS)], "y": ["yes", "no", "no"] * (ROWS // 3)}
        pd.DataFrame(made).to_csv(tmp_path / "t.csv", index=False)
        return tmp_path / "t.csv"

    return write


def times(form: str, step: timedelta = timedelta(hours=7)) -> list[str]:
    return [(START + n * step).strftime(form) for n in range(ROWS)]


def written(product: Product, name: str, table: pd.DataFrame) -> tuple[bool, str]:
    feature = product.features[name]
    assert isinstance(feature, Date)
    return feature.time, str(table[name][1])


@pytest.mark.parametrize(
    ("form", "wish"),
    [
        ("%Y-%m-%dT%H:%M:%S+01:00", {}),
        ("%Y-%m-%d %H:%M", {}),
        ("%m/%d/%Y %I:%M %p", {}),
        ("%d.%m.%Y %H:%M:%S", {}),
        ("%d %B %Y %H:%M", {}),
        ("%H h %d.%m.%y", {"types": ("at=date:%H h %d.%m.%y",)}),
    ],
)
def test_a_time_of_day_is_kept_and_its_hour_is_a_feature(
    form: str, wish: dict[str, Any], file: Callable[..., Path], products: Path
) -> None:
    product, table = drafted_table(file(at=times(form)), products, **wish)
    assert written(product, "at", table) == (True, "2021-01-30T13:00:00")
    made = FeatureMaker(product.contract)(table)
    assert list(made["at hour"][:4]) == [6, 13, 20, 3]
    assert list(made["at weekday"][:4]) == [5, 5, 5, 6]
    model = request_model(product.contract)
    row = {**example_row(product.contract), "at": times(form)[1]}
    fields = [name for name, field in model.model_fields.items() if field.alias == "at"]
    assert getattr(model.model_validate(row), fields[0]).replace(tzinfo=None) == datetime(2021, 1, 30, 13)
    few = FeatureMaker(product.contract)({name: list(table[name][:3]) for name in product.features})
    assert [list(column) for column in few.values()] == [list(column[:3]) for column in made.values()]
    assert json_schema(product.contract, "T")["properties"]["at"]["format"] == "date-time"


def test_one_time_of_day_for_all_is_no_time(file: Callable[..., Path], products: Path) -> None:
    product, table = drafted_table(file(at=times("%Y-%m-%d %H:%M:%S", timedelta(days=1))), products)
    assert written(product, "at", table) == (False, "2021-01-31")


@pytest.mark.parametrize("step", [1, 2, 40])
def test_days_to_come_are_dates_however_many(step: int, file: Callable[..., Path], products: Path) -> None:
    today = date.today()
    ends = [(today + timedelta(days=(n * 37) % 900 - 20 * step)).strftime("%d.%m.%Y") for n in range(ROWS)]
    for wish in ({}, {"types": ("ends=date",)}):
        product, _ = drafted_table(file(ends=ends), products, **wish)
        assert product.features["ends"].type == "date"


def test_a_day_in_a_far_future_is_kept_if_it_is_intended(file: Callable[..., Path], products: Path) -> None:
    days = [*times("%Y-%m-%d", timedelta(days=1))[1:], "9999-12-31"]
    assert "--as ends=date if it is intended" in refusal(file(ends=days), products)
    product, _ = drafted_table(file(ends=days), products, types=("ends=date",))
    assert product.features["ends"].type == "date"


def test_years_of_two_digits_that_may_be_of_the_last_century_are_asked_for(
    file: Callable[..., Path], products: Path
) -> None:
    births = [f"{1 + n % 28:02d}.{1 + n % 12:02d}.{(30 + n) % 100:02d}" for n in range(ROWS)]
    assert "born: years of two digits are read as 1969 to 2068" in refusal(file(born=births), products)
    assert drafted_table(file(born=births), products, types=("born=date",))[0].features["born"].type == "date"


AMBIGUOUS = [f"{1 + n % 12:02d}/{1 + n // 12:02d}/2021" for n in range(ROWS)]


def test_a_day_that_could_be_a_month_is_asked_for(file: Callable[..., Path], products: Path) -> None:
    reason = refusal(file(at=AMBIGUOUS), products)
    assert "at: day and month could be swapped in every cell: --as at=date:%m/%d/%Y or --as at=date:%d/%m/%Y" in reason
    product, table = drafted_table(file(at=AMBIGUOUS), products, types=("at=date:%d/%m/%Y",))
    assert written(product, "at", table) == (False, "2021-01-02")


@pytest.mark.parametrize("form", ["%m/%d/%Y", "%d/%m/%Y"])
def test_the_first_of_each_month_decides_it(form: str, file: Callable[..., Path], products: Path) -> None:
    months = [datetime(2010 + n // 12, 1 + n % 12, 1).strftime(form) for n in range(ROWS)]
    product, table = drafted_table(file(at=months), products)
    assert written(product, "at", table) == (False, "2010-02-01")
    assert product.split.by == "at"


@pytest.mark.parametrize(("form", "day"), [("%m/%d/%Y", "2021-02-01"), ("%d/%m/%Y", "2021-01-02")])
def test_another_date_of_the_file_decides_it(form: str, day: str, file: Callable[..., Path], products: Path) -> None:
    path = file(at=AMBIGUOUS, other=times(form, timedelta(days=3)))
    product, table = drafted_table(path, products)
    assert written(product, "at", table) == (False, day)


@pytest.mark.parametrize(
    ("types", "reason"),
    [
        ("at=date:%d.%m.%Y", "at: --as at=date:%d.%m.%Y: not of this form: '2021-01-30' (line 2)"),
        ("size=date", "size: not a date in a form that is recognised: '0.0', '1.01', '2.02'. Name the form"),
        ("at=date:%H:%M", "--as at=date:%H:%M: a form has a year and a month"),
        ("at=day", "--as at=day: write COLUMN=TYPE"),
    ],
)
def test_a_form_that_does_not_fit_is_refused(
    types: str, reason: str, file: Callable[..., Path], products: Path
) -> None:
    assert reason in refusal(file(at=times("%Y-%m-%d", timedelta(days=1))), products, types=(types,))


def test_a_request_may_write_a_day_as_the_table_does(file: Callable[..., Path], products: Path) -> None:
    product, _ = drafted_table(file(at=times("%d.%m.%Y", timedelta(days=1))), products)
    row = request_model(product.contract)
    for day in ("13.02.2021", "2021-02-13"):
        assert row.model_validate({**example_row(product.contract), "at": day}).model_dump()["f0"] == date(2021, 2, 13)
    with pytest.raises(ValidationError):
        row.model_validate({**example_row(product.contract), "at": "30.02.2021"})
    assert product.contract.hash() == product.contract.model_copy(update={"features": product.features}).hash()


def test_a_missing_time_is_missing_in_every_part() -> None:
    contract = {"target": {"name": "y", "task": "regression"}, "features": {"at": {"type": "date", "time": True}}}
    product = Product.model_validate(
        {**contract, "name": "a", "title": "", "description": "", "source": {"path": "a"}, "gates": {"floor": 0}}
    )
    made = FeatureMaker(product.contract)({"at": [None, "2021-01-30T23:59:59"]})
    assert [np.isnan(np.asarray(column, dtype=float)[0]) for column in made.values()] == [True] * 7
    assert made["at hour"][1] == pytest.approx(23.9997, abs=1e-4)
