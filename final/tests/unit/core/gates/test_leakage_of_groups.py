"""The leakage gate on rows that are split by group, and its remedy for a column that names whose rows they are."""

import numpy as np
import pandas as pd
import pytest

from core.gates.gate import Gate
from core.gates.leakage import leakage, powers
from tests.support.small_products import FEATURES, declared

IN_ROOMS = {**FEATURES, "room": {"type": "text"}}


def patients(groups: int, each: int = 5) -> pd.DataFrame:
    """Visits of patients who always answer the same, each in a room of their own, of a size that tells something."""
    rng = np.random.default_rng(0)
    patient = rng.permutation(groups * each) % groups
    answers = rng.permutation(np.array(["yes", "no"] * groups, dtype=object)[:groups])[patient]
    return pd.DataFrame(
        {
            "who": [f"W{number}" for number in patient],
            "room": [f"R{number}" for number in patient],
            "size": rng.normal(size=groups * each) + (answers == "yes"),
            "shape": rng.choice(np.array(["round", "square"], dtype=object), groups * each),
            "bought": answers,
        }
    )


def drawn(table: pd.DataFrame) -> pd.DataFrame:
    """The definition: of the rows in a random order the first of each group, in the order of the table."""
    return table.sample(frac=1, random_state=0).drop_duplicates("who").sort_index()


@pytest.mark.parametrize(("groups", "passes"), [(50, True), (49, False)])
def test_from_fifty_groups_on_a_row_of_each_is_judged(groups: int, passes: bool) -> None:
    """The room tells the patient, and so the answer in other rows of the same patient, but nothing of a new one."""
    table = patients(groups)
    gate = leakage(table, declared(features=IN_ROOMS, split={"group": "who"}))
    judged = drawn(table) if passes else table
    score = powers({name: judged[name].to_numpy() for name in IN_ROOMS}, judged["bought"], "binary")
    best = max(score, key=lambda name: score[name])
    assert (gate.value, gate.passed) == (f"{best} {score[best]:.3f}", passes)
    assert best == ("size" if passes else "room")


def test_the_remedy_for_what_names_groups_is_a_split_by_them() -> None:
    gate = leakage(patients(60), declared(features=IN_ROOMS))
    remedy = (
        "room repeats (60 values in 300 rows; bought is the same in rows with the same value, as are 1 of 3 other "
        "columns), so rows of one room would be on both sides of the split, and the model would recognise them: set "
        "split: {group: room} in product.yaml, or draft with --group room, which keeps them together and tests on new "
        "ones. To ignore the column is not enough: the others may say which it is"
    )
    assert gate == Gate("data: leakage", "room 1.000", "< 0.990", False, remedy)


def test_of_derived_columns_the_first_is_named() -> None:
    """Neither is in the table: the person finds the column that they are made of."""
    table = patients(60).assign(shape=lambda rows: rows["bought"].str[:1] + rows["who"].str[1:])
    derived = {name: {"extract": "shape", "pattern": "^(.)"} for name in ("first letter", "initial")}
    features = {"size": {"type": "number"}, "shape": {"type": "text"}}
    detail = leakage(table, declared(features=features, derived=derived, split={"group": "who"})).detail
    assert detail.startswith("first letter alone predicts the target, so ")
    assert "or draft with --ignore 'first letter'. If" in detail
