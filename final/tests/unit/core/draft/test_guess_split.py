"""Whether a date orders the rows of a table, in whichever order its lines are; then the draft is split by it."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.base.errors import UserError
from core.draft.guess_order import course
from tests.support import forms
from tests.support.drafts import drafted, drafted_table

ROWS = 240
draw = np.random.default_rng(0)
DAY = 86_400
NOISE = pd.Series(draw.normal(size=ROWS), name="y")
WALK = pd.Series(draw.normal(size=ROWS).cumsum(), name="y")
SHOP = np.arange(ROWS) // 60
MIXED = draw.permutation(ROWS)
RANDOM = draw.integers(0, 3 * ROWS, ROWS) * DAY


@pytest.fixture(autouse=True)
def same_draws() -> None:
    """A test draws the same numbers whatever ran before it."""
    draw.bit_generator.state = np.random.default_rng(1).bit_generator.state


Case = Callable[[], tuple[bool, str]]
ORDERED: dict[str, Case] = {
    "in the rising order": lambda: course("at", np.arange(ROWS) * DAY, NOISE, {}),
    "in the falling order": lambda: course("at", np.arange(ROWS)[::-1] * DAY, NOISE, {}),
    "the rows of each shop are in the rising order": lambda: course(
        "at", np.arange(ROWS) % 60 * DAY, NOISE, {"shop": SHOP}
    ),
    "the rows of each shop are in the falling order": lambda: course(
        "at", (ROWS - 1 - np.arange(ROWS)) % 60 * DAY, NOISE, {"shop": SHOP}
    ),
    "nearly all in the rising order": lambda: course("at", np.roll(np.arange(ROWS), 40) * DAY, NOISE, {}),
    "a regular series, though": lambda: course("at", MIXED * 7 * DAY, NOISE, {}),
    "is a regular series for each shop": lambda: course(
        "at", (MIXED % 60 + 9999 * SHOP[MIXED]) * DAY * 3, NOISE, {"shop": SHOP[MIXED]}
    ),
    "y follows at": lambda: course("at", RANDOM, pd.Series(np.sin(RANDOM / DAY / 99), name="y"), {}),
}


@pytest.mark.parametrize("words", ORDERED)
def test_a_date_orders_rows_in_whichever_order_their_lines_are(words: str) -> None:
    orders, reason = ORDERED[words]()
    assert orders
    assert words in reason


def months(count: int) -> np.ndarray:
    first = np.datetime64("2001-01") + np.arange(count)
    return np.asarray(first.astype("datetime64[s]").astype(np.int64))


def test_months_are_a_regular_series_though_they_have_28_to_31_days() -> None:
    assert course("at", months(ROWS)[MIXED], NOISE, {})[0]
    assert course("at", (months(ROWS + 1)[1:] - DAY)[MIXED], NOISE, {})[0]


UNORDERED: dict[str, Case] = {
    "no order of the lines, no regular series, and y does not follow it": lambda: course(
        "at", RANDOM, NOISE, {"shop": SHOP}
    ),
    "when somebody or something began": lambda: course("birth_date", np.arange(ROWS) * DAY, WALK, {}),
    "only 12 different values": lambda: course("at", np.arange(ROWS) // 20 * DAY, WALK, {}),
    "no regular series, and": lambda: course("at", draw.integers(0, 90, ROWS) * DAY, NOISE, {}),
}


@pytest.mark.parametrize("words", UNORDERED)
def test_the_reason_is_given_if_a_date_does_not_order_rows(words: str) -> None:
    orders, reason = UNORDERED[words]()
    assert not orders
    assert words in reason


def in_order(path: Path, answers: list[str], every: int = 1, turned: bool = False) -> None:
    """A table in the order of days, one day for each `every` rows; or with the newest first."""
    days = [date(2020, 1, 1) + timedelta(row // every) for row in range(len(answers))]
    rows = [f"{day},{row % 7},{answer}" for row, (day, answer) in enumerate(zip(days, answers, strict=True))]
    path.write_text("\n".join(["when,size,y", *(rows[::-1] if turned else rows), ""]))


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("answers", "every", "by"),
    [
        (["a", "b"] * 100, 1, "when"),
        (["a", "b"] * 100, 2, "when"),
        (["a", "b"] * 100, 20, None),  # ten days are no course of time
        (["a"] * 30 + ["a", "b"] * 60 + ["a"] * 50, 1, None),  # the latest have no b
        (["a", "b"] * 70 + ["a"] * 36 + ["a", "b"] * 22, 1, None),  # the middle have none
        (["NA", "b", "a", "b"] * 60, 1, "when"),
    ],
)
def test_a_table_in_the_order_of_a_date_is_split_by_it_where_every_part_has_every_class(
    answers: list[str], every: int, by: str | None, turned: bool, tmp_path: Path, products: Path
) -> None:
    in_order(tmp_path / "t.csv", answers, every, turned)
    product, folder = drafted(tmp_path / "t.csv", products)
    assert product.split.by == by
    assert ("tested on the latest" in (folder / "product.yaml").read_text()) == (by is not None)


def test_days_in_no_order_split_nothing_and_the_file_says_why(tmp_path: Path, products: Path) -> None:
    forms.FILES["plain.csv"](tmp_path / "t.csv")
    product, folder = drafted(tmp_path / "t.csv", products)
    assert product.split.by is None
    assert (
        "# no date orders the rows: day (no order of the lines, no regular series"
        in (folder / "product.yaml").read_text()
    )


@pytest.mark.parametrize(("gaps", "by"), [(3, "when"), (60, None)])
def test_few_rows_without_a_date_are_left_out(gaps: int, by: str | None, tmp_path: Path, products: Path) -> None:
    in_order(tmp_path / "t.csv", ["a", "b"] * 100)
    lines = (tmp_path / "t.csv").read_text().splitlines()
    for place in range(1, gaps + 1):
        lines[3 * place] = lines[3 * place][len("2020-01-01") :]
    (tmp_path / "t.csv").write_text("\n".join([*lines, ""]))
    product, table = drafted_table(tmp_path / "t.csv", products)
    assert (product.split.by, product.features["when"].nullable) == (by, by is None)
    assert len(table) == (200 - gaps if by else 200)


def test_few_patients_are_noted(tmp_path: Path, products: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = np.array(["yes", "no"] * 3)
    visits(tmp_path / "t.csv", patient_id=np.arange(320) % 6, y=answers[np.arange(320) % 6])
    assert drafted(tmp_path / "t.csv", products)[0].split.group is None
    assert "but 10 are needed to test on some" in capsys.readouterr().err


@pytest.mark.parametrize(("by", "split_by"), [("day", "day"), ("none", None)])
def test_an_option_overrules(by: str, split_by: str | None, tmp_path: Path, products: Path) -> None:
    forms.FILES["plain.csv"](tmp_path / "t.csv")
    assert drafted(tmp_path / "t.csv", products, by=by)[0].split.by == split_by


def test_only_a_date_can_be_split_by(tmp_path: Path, products: Path) -> None:
    forms.FILES["plain.csv"](tmp_path / "t.csv")
    with pytest.raises(UserError, match=r"--by size: is not a date here; --as size=date:FORM"):
        drafted(tmp_path / "t.csv", products, by="size")


def visits(path: Path, **columns: Any) -> None:
    """Eight visits of each of 40 patients; the answer is the patient's."""
    answers = draw.choice(["yes", "no"], 40)
    patient = np.arange(320) % 40
    made = {"patient_id": 100 + patient, "pulse": draw.normal(70, 9, 320).round(1), "y": answers[patient]}
    pd.DataFrame({**made, **columns}).to_csv(path, index=False)


@pytest.mark.parametrize("ignore", [(), ("patient_id",)])
def test_rows_of_one_patient_are_kept_together(ignore: tuple[str, ...], tmp_path: Path, products: Path) -> None:
    visits(tmp_path / "t.csv")
    product, folder = drafted(tmp_path / "t.csv", products, ignore=ignore)
    assert (product.split.group, product.contract.group) == ("patient_id", "patient_id")
    assert list(product.features) == ["pulse"]
    text = (folder / "product.yaml").read_text()
    assert "# rows of one patient_id stay together: 40 values in 320 rows; y is the same in rows" in text


@pytest.mark.parametrize(("group", "split_group"), [("none", None), ("pulse_group", "pulse_group")])
def test_an_option_names_the_group(group: str, split_group: str | None, tmp_path: Path, products: Path) -> None:
    visits(tmp_path / "t.csv", pulse_group=[f"g{row // 16}" for row in range(320)])
    product, _ = drafted(tmp_path / "t.csv", products, group=group)
    assert product.split.group == split_group
    assert "patient_id" in product.features


@pytest.mark.parametrize(
    ("group", "reason"),
    [("few", "has 4 values, at least 10 are needed"), ("row", "every value is different"), ("y", "is not a group")],
)
def test_a_group_of_an_option_is_refused(group: str, reason: str, tmp_path: Path, products: Path) -> None:
    visits(tmp_path / "t.csv", few=np.arange(320) % 4, row=np.arange(320) * 3)
    with pytest.raises(UserError, match=f"--group {group}: .*{reason}"):
        drafted(tmp_path / "t.csv", products, group=group)


def test_patients_that_come_one_after_the_other_are_split_by_both(tmp_path: Path, products: Path) -> None:
    days = [str(date(2020, 1, 1) + timedelta(row // 8)) for row in range(320)]
    patient = np.arange(320) // 8
    answers = draw.choice(["yes", "no"], 40)
    visits(tmp_path / "t.csv", patient_id=patient, y=answers[patient], day=days)
    split = drafted(tmp_path / "t.csv", products)[0].split
    assert (split.by, split.group) == ("day", "patient_id")


def test_patients_that_go_on_together_are_split_by_patient(tmp_path: Path, products: Path) -> None:
    visits(tmp_path / "t.csv", day=[str(date(2020, 1, 1) + timedelta(row // 8)) for row in range(320)])
    product, folder = drafted(tmp_path / "t.csv", products)
    assert (product.split.by, product.split.group) == (None, "patient_id")
    assert "they go on at the same time, so day cannot split them" in (folder / "product.yaml").read_text()


@pytest.mark.parametrize("with_id", [False, True])
def test_repeated_rows_are_allowed_as_many_as_there_are(with_id: bool, tmp_path: Path, products: Path) -> None:
    rows = pd.DataFrame({"size": draw.normal(size=90), "width": draw.normal(size=90), "y": ["yes", "no"] * 45})
    rows = pd.concat([rows, rows.head(30)])
    if with_id:
        rows.insert(0, "order_id", range(1001, 1121))
    rows.to_csv(tmp_path / "t.csv", index=False)
    product, folder = drafted(tmp_path / "t.csv", products)
    assert product.gates.data.repeated_rows == 0.25
    assert product.id is None
    assert "30 of 120 rows repeat an earlier row" in (folder / "product.yaml").read_text()


def test_rows_that_chance_repeats_need_no_limit(tmp_path: Path, products: Path) -> None:
    forms.FILES["plain.csv"](tmp_path / "t.csv")
    assert drafted(tmp_path / "t.csv", products)[0].gates.data.repeated_rows is None
