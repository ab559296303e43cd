"""The gates of a split by group: no group on two sides, several on each, and their order in time."""

from typing import Any

import pandas as pd
import pytest

from core.gates.gate import Gate
from core.gates.split import all_gates, in_order
from tests.support.small_products import FEATURES, declared

PATIENTS = declared(split={"group": "patient"}, features={**FEATURES, "patient": {"type": "text"}})
STAYS = declared(
    split={"group": "patient", "by": "day"},
    features={**FEATURES, "patient": {"type": "text"}, "day": {"type": "date"}},
)
Parts = dict[str, pd.DataFrame]


def parts(**groups: str) -> Parts:
    """A part for each text of letters: a row for each letter, which is its patient."""
    numbered = {name: [*letters] for name, letters in groups.items()}
    return {
        name: pd.DataFrame(
            {
                "patient": patients,
                "size": [float(100 * at + row) for row in range(len(patients))],
                "bought": (["yes", "no"] * len(patients))[: len(patients)],
            }
        )
        for at, (name, patients) in enumerate(numbered.items())
    }


def test_groups_that_are_apart_pass_with_two_in_each_part() -> None:
    assert all_gates(parts(train="aabbc", validation="dde", holdout="ffg"), PATIENTS)[2:] == [
        Gate("split: groups on two sides", "0", "0", True, ""),
        Gate("split: groups in each part", "2", ">= 2", True, ""),
    ]


@pytest.mark.parametrize(
    ("train", "validation", "holdout", "shared"),
    [("aab", "ac", "de", 1), ("ab", "cd", "aae", 1), ("ab", "cd", "cd", 2), ("ab", "abb", "ab", 6)],
)
def test_a_group_on_two_sides_fails(train: str, validation: str, holdout: str, shared: int) -> None:
    rows, _, on_two_sides, _ = all_gates(parts(train=train, validation=validation, holdout=holdout), PATIENTS)
    reason = "Rows of one patient are on two sides of the split, so the test is of groups that the model knows"
    assert rows.passed  # no row is there twice
    assert on_two_sides == Gate("split: groups on two sides", str(shared), "0", False, reason)


@pytest.mark.parametrize(
    ("sides", "fewest", "count", "every"),
    [
        (("abc", "dd", "ef"), "validation", 1, 6),
        (("abcd", "efg", "h"), "holdout", 1, 8),
        (("ab", "cd", ""), "holdout", 0, 4),
        (("aa", "bcd", "ef"), "train", 1, 6),
    ],
)
def test_a_part_of_one_group_fails(sides: tuple[str, str, str], fewest: str, count: int, every: int) -> None:
    enough = all_gates(parts(train=sides[0], validation=sides[1], holdout=sides[2]), PATIENTS)[3]
    remedy = (
        f"{fewest} has {count} of the {every} groups of patient, too few to say anything of new ones: get rows of more "
        "groups, change the shares under split, or leave split.group out"
    )
    assert enough == Gate("split: groups in each part", str(count), ">= 2", False, remedy)


def stays(**days: list[tuple[str, str]]) -> Parts:
    """A part for each list of (patient, day in January)."""
    return {
        name: pd.DataFrame(
            {
                "patient": pd.Series([patient for patient, _ in rows], dtype=object),
                "day": pd.Series([f"2020-01-{day}" for _, day in rows], dtype=object),
            }
        )
        for name, rows in days.items()
    }


def of(patient: str, *days: str) -> list[tuple[str, str]]:
    return [(patient, day) for day in days]


def test_groups_in_the_order_in_which_they_begin_pass() -> None:
    rows = stays(train=of("a", "01", "02"), validation=of("b", "03", "04"), holdout=of("c", "05", "06"))
    assert in_order(rows, STAYS) == Gate("split: in the order of time", "0", "0", True, "")


@pytest.mark.parametrize(("late", "passed"), [(2, True), (3, False)])
def test_a_tenth_of_the_rows_may_be_later_than_the_next_part_begins(late: int, passed: bool) -> None:
    """Twenty rows of training: two of them may lie on or after the first day of validation."""
    train = of("a", *["01"] * (20 - late), *["03", "09", "08"][:late])
    rows = stays(train=train, validation=of("b", "03", "04"), holdout=of("c", "05"))
    gate = in_order(rows, STAYS)
    assert (gate.value, gate.threshold, gate.passed) == (str(late), "<= 2", passed)
    remedy = (
        "The groups of patient go on while later ones begin, so no border in time has whole groups on each side: split "
        "by time alone to test on later rows of the same groups, or by group alone"
    )
    assert gate.detail == ("" if passed else remedy)


def test_rows_that_may_be_late_are_counted_over_both_borders() -> None:
    train, validation = of("a", *["01"] * 20), of("b", *["03"] * 29, "06")
    gate = in_order(stays(train=train, validation=validation, holdout=of("c", "06")), STAYS)
    assert (gate.value, gate.threshold, gate.passed) == ("1", "<= 5", True)


def test_a_group_that_begins_too_early_is_counted_by_its_rows() -> None:
    rows: dict[str, Any] = stays(train=of("a", "02"), validation=of("b", "01", "05"), holdout=of("c", "06"))
    gate = in_order(rows, STAYS)
    assert (gate.value, gate.threshold, gate.passed) == ("3", "0", False)  # both rows of b, and that of a
