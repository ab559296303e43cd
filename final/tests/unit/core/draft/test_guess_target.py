"""The target: which class the probability is of, classes or amounts, and the floor that the draft gives its metric."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pytest

from core.draft.column_profile import ColumnProfile
from core.draft.guess import Guess
from core.draft.guess_target import target
from core.draft.positive_class import positive_class
from core.draft.yaml_text import _gates


def profile(values: Iterable[object], name: str = "y") -> ColumnProfile:
    made = ColumnProfile(name)
    made.add(pa.array(map(str, values), pa.string()))
    return made


def repeated(counts: Mapping[Any, int]) -> list[object]:
    return [value for value, count in counts.items() for _ in range(count)]


@pytest.mark.parametrize(
    ("negative", "positive"),
    [
        ("no", "yes"),
        ("NEIN", "Ja"),
        ("non", "oui"),
        ("нет", "Да"),
        ("no", "si"),
        ("não", "sim"),
        ("nie", "tak"),
        ("n", "o"),
        ("F", "T"),
        ("FALSE", "TRUE"),
        ("0", "1"),
        ("0.0", "1.0"),
        ("-1", "1"),
        ("0", "5"),
        ("normal", "tumor"),
        ("норма", "опухоль"),
        ("negative", "positive"),
        ("control", "case"),
        ("normal", "abnormal"),
        ("benign", "malignant"),
        ("active", "churned"),
        ("Existing Customer", "Attrited Customer"),
        ("no tumor", "glioma"),
        ("non-smoker", "smoker"),
        ("healthy", "not healthy"),
        ("good", "inactive"),
        ("2. No", "1. Yes"),
        ("class_0", "class_1"),
        ("-", "+"),
        ("died", "y"),  # the column's own name
    ],
)
def test_words_show_the_positive_class(negative: str, positive: str) -> None:
    for pair in ((negative, positive), (positive, negative)):
        guessed = positive_class("y", *pair)
        assert guessed is not None
        assert guessed[0] == positive
        assert guessed[1] != ""


@pytest.mark.parametrize(
    "pair",
    [
        ("1", "2"),
        ("Charged Off", "Fully Paid"),
        ("Da Nang", "Hanoi"),
        ("male", "female"),
        ("A", "B"),
        ("m", "f"),
        ("no", "none"),
    ],
)
def test_words_that_show_nothing_are_not_guessed(pair: tuple[str, str]) -> None:
    assert positive_class("answer", *pair) is None


def test_the_evidence_is_in_the_guess_and_an_option_overrules_it() -> None:
    answers = profile(repeated({"nein": 30, "ja": 60}))
    guess = target(answers, None)
    assert guess.settings["positive"] == "ja"
    assert guess.settings["values"] == ["nein", "ja"]
    assert guess.evidence.endswith("; nein 30, ja 60; probabilities are of ja: it means yes")
    overruled = target(answers, None, "nein")
    assert (overruled.settings["positive"], overruled.settings["values"]) == ("nein", ["ja", "nein"])
    assert target(answers, None, "no").trouble == "--positive no: the classes are ja and nein"
    numbers = profile([n / 7 for n in range(90)])
    assert target(numbers, None, "1").trouble == "--positive is for a target of two classes; task regression has none"


def test_two_numbers_are_asked_for() -> None:
    codes = profile(repeated({1: 30, 2: 60}))
    assert target(codes, None).trouble.endswith("add --positive 1 or --positive 2")
    assert target(codes, None, "2").settings["positive"] == 2


@pytest.mark.parametrize(
    ("counts", "positive", "reason"),
    [
        ({"A": 30, "B": 60}, "A", "the rarer class"),
        ({"B": 30, "A": 30}, "B", "the last of two equally frequent classes"),
    ],
)
def test_other_words_are_guessed_with_a_note(counts: dict[str, int], positive: str, reason: str) -> None:
    guess = target(profile(repeated(counts)), None)
    (other,) = set(counts) - {positive}
    assert guess.settings["positive"] == positive
    assert guess.notes == [f"probabilities are of {positive}: {reason}; --positive {other} makes them of {other}"]


VISITS = {0: 60, 1: 50, 2: 40, 3: 30, 4: 20, 5: 10, 9: 1}
GRADES = {3: 2, 4: 30, 5: 90, 6: 80, 7: 20, 8: 9, 9: 2}


@pytest.mark.parametrize("counts", [VISITS, GRADES, {1: 900, 2: 300, 3: 80, 4: 12}])
def test_whole_numbers_with_rare_ends_are_amounts(counts: dict[int, int]) -> None:
    guess = target(profile(repeated(counts)), None)
    assert guess.settings["task"] == "regression"
    assert "so they are amounts: --task multiclass takes them for classes" in guess.evidence


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("y", {0: 60, 1: 50, 2: 3}),  # as often classes as a count
        ("y", {101: 60, 205: 50, 307: 40, 999: 3}),  # far from each other: codes
        ("Type of glass", {1: 60, 2: 50, 3: 40, 5: 30, 6: 9}),
    ],
)
def test_codes_with_a_rare_one_are_refused_with_both_ways_on(name: str, counts: dict[int, int]) -> None:
    trouble = target(profile(repeated(counts), name), None).trouble
    assert "at least 10 are needed: predict the numbers as amounts by --task regression, get more of them" in trouble
    assert target(profile(repeated(counts), name), "regression").settings["task"] == "regression"


def test_frequent_whole_numbers_are_classes_and_words_are_never_amounts() -> None:
    digits = target(profile(repeated(dict.fromkeys(range(10), 30))), None)
    assert digits.settings["task"] == "multiclass"
    assert digits.evidence.endswith("; --task regression takes these numbers for amounts")
    assert "--task" not in target(profile(repeated({"a": 30, "b": 30, "c": 3})), None).trouble
    assert "--task regression" in target(profile(repeated(VISITS)), "multiclass").trouble


def floor(guess: Guess, rows: int) -> float:
    lines = dict(line.split("  # ")[0].strip().split(": ") for line in _gates(guess, rows) if line != "  data:")
    assert lines["metric"] == ("r2" if guess.settings["task"] == "regression" else "roc_auc")
    return float(lines["floor"])


@pytest.mark.parametrize(
    ("task", "class_rows", "expected"),
    [
        ("binary", (120, 120), 0.584),
        ("binary", (750, 750), 0.533),
        ("binary", (1425, 75), 0.577),
        ("binary", (30, 10), 0.6),  # never higher, however few rows there are
        ("binary", (500_000, 500_000), 0.501),
        ("multiclass", (80, 120, 200), 0.551),
        ("regression", (), 0.003),
    ],
)
def test_a_floor_is_what_luck_adds_to_the_baseline(task: str, class_rows: tuple[int, ...], expected: float) -> None:
    guess = Guess("y", "target", "", {"task": task}, class_rows=class_rows)
    assert floor(guess, sum(class_rows) or 1500) == expected


@pytest.mark.parametrize(("rows", "expected"), [(40, 0.1), (1500, 0.003), (1_000_000, 0.001)])
def test_the_floor_of_a_regression_is_above_the_mean_and_below_a_weak_model(rows: int, expected: float) -> None:
    assert floor(Guess("y", "target", "", {"task": "regression"}), rows) == expected


@pytest.mark.parametrize(("class_rows", "least"), [((1000, 1000), 50), ((3000, 20), 10), ((500, 500), 10)])
def test_the_least_rows_of_a_class_let_the_drafted_table_through(class_rows: tuple[int, ...], least: int) -> None:
    guess = Guess("y", "target", "", {"task": "binary"}, class_rows=class_rows)
    assert _gates(guess, sum(class_rows))[-1] == f"    min_rows_per_class: {least}"


def test_alike_rows_of_groups_make_the_luck_of_so_few_rows() -> None:
    guess = Guess("y", "target", "", {"task": "binary"}, class_rows=(300, 340))
    few, many = "\n".join(_gates(guess, 640, groups=80)), "\n".join(_gates(guess, 640))
    assert "floor: 0.6  # luck on a hold-out of 16 groups" in few
    assert "luck on a hold-out of 128 rows" in many
    assert "floor: 0.6 " not in many
