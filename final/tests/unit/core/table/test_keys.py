"""Which columns name whose rows they are: rows with the same value are more alike than others."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from core.table.keys import keys

ROWS, PATIENTS = 400, 50
draw = np.random.default_rng(0)
PATIENT = np.arange(ROWS) % PATIENTS
ANSWERS = draw.choice(np.array(["yes", "no"], dtype=object), PATIENTS)


@pytest.fixture(autouse=True)
def same_draws() -> None:
    """A test draws the same numbers whatever ran before it."""
    draw.bit_generator.state = np.random.default_rng(1).bit_generator.state


def texts(values: np.ndarray) -> np.ndarray:
    return np.array([f"P{value}" for value in values], dtype=object)


def table(**columns: object) -> pd.DataFrame:
    noise = {"size": draw.normal(size=ROWS), "y": draw.choice(np.array(["yes", "no"], dtype=object), ROWS)}
    return pd.DataFrame({**noise, **columns})


KEYS: dict[str, Callable[[], pd.DataFrame]] = {
    "numbers that fix the target": lambda: table(who=draw.permutation(900)[PATIENT].astype(float), y=ANSWERS[PATIENT]),
    "texts that fix the target": lambda: table(who=texts(PATIENT), y=ANSWERS[PATIENT]),
    "texts that fix a number to predict": lambda: table(who=texts(PATIENT), y=draw.normal(size=PATIENTS)[PATIENT]),
    "texts that fix most others": lambda: table(
        who=texts(PATIENT), age=draw.normal(size=PATIENTS)[PATIENT], height=draw.normal(size=PATIENTS)[PATIENT]
    ),
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_column_that_fixes_the_target_or_most_others_is_a_key(kind: str) -> None:
    rows = KEYS[kind]()
    (key,) = keys(rows, [str(name) for name in rows if name != "y"], "y")
    assert (key.name, key.values, key.rows) == ("who", PATIENTS, ROWS)
    assert "50 values in 400 rows; y is" in key.evidence("y")


@pytest.mark.parametrize(("name", "is_key"), [("patient_id", True), ("customer", True), ("town", False)])
def test_a_name_makes_less_likeness_enough(name: str, is_key: bool) -> None:
    often = draw.random(PATIENTS)[PATIENT]
    rows = table(**{name: texts(PATIENT), "y": np.where(draw.random(ROWS) < often, "yes", "no").astype(object)})
    assert bool(keys(rows, [name], "y")) is is_key


NOT_KEYS: dict[str, Callable[[], pd.DataFrame]] = {
    "unrelated": lambda: table(patient_id=texts(PATIENT)),
    "a quantity that the target follows": lambda: table(age=PATIENT.astype(float), y=3.0 * PATIENT),
    "a copy of many classes": lambda: table(code=texts(PATIENT), y=texts(PATIENT)),
    "few values": lambda: table(town=texts(PATIENT % 9), y=ANSWERS[PATIENT % 9]),
    "few values that say little": lambda: table(patient_id=texts(PATIENT % 9)),
    "hardly a value twice": lambda: table(patient_id=texts(np.maximum(np.arange(ROWS), 20))),
    "hours": lambda: table(hour=(PATIENT % 24).astype(float), y=ANSWERS[PATIENT % 24]),
    "fractions": lambda: table(weight=PATIENT + 0.5, y=ANSWERS[PATIENT]),
    "one value": lambda: table(patient_id=texts(PATIENT * 0)),
}


@pytest.mark.parametrize("kind", NOT_KEYS)
def test_other_columns_are_not_keys(kind: str) -> None:
    rows = NOT_KEYS[kind]()
    assert keys(rows, [str(name) for name in rows if name != "y"], "y") == []


def test_few_patients_are_a_key_that_cannot_split() -> None:
    (key,) = keys(table(patient_id=texts(PATIENT % 9), y=ANSWERS[PATIENT % 9]), ["patient_id"], "y")
    assert not key.can_split


def test_missing_values_are_of_no_group() -> None:
    who = texts(PATIENT)
    who[::3] = None
    (key,) = keys(table(who=who, y=ANSWERS[PATIENT]), ["who"], "y")
    assert key.values == PATIENTS
