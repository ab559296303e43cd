"""The three steps from the raw table to v3."""

from pathlib import Path

import pandas as pd
import pytest

from lab4 import data_creation, fill_age, one_hot_sex, select_columns
from lab4.tests.support.scratch import LAB


@pytest.fixture(scope="module")
def v1() -> pd.DataFrame:
    table = data_creation.from_snapshot(LAB / "snapshot/train.csv")
    return select_columns.select_columns(table, with_id=True)


def test_v1_has_the_columns_that_were_asked_for_in_this_order(v1: pd.DataFrame) -> None:
    assert list(v1) == ["PassengerId", "Pclass", "Sex", "Age", "Survived"]
    assert list(select_columns.select_columns(v1)) == ["Pclass", "Sex", "Age", "Survived"]


def test_filling_leaves_nothing_missing_keeps_the_mean_and_touches_nothing_else(v1: pd.DataFrame) -> None:
    v2 = fill_age.fill_age(v1)
    missing = v1["Age"].isna()
    assert missing.sum() == 177
    assert v2.isna().sum().sum() == 0
    assert v2["Age"].mean() == pytest.approx(29.699, abs=5e-4)
    assert v2["Age"].mean() == pytest.approx(v1["Age"].mean())
    assert (v2.loc[~missing, "Age"] == v1.loc[~missing, "Age"]).all()
    pd.testing.assert_frame_equal(v1.drop(columns="Age"), v2.drop(columns="Age"))
    assert v1["Age"].isna().sum() == 177, "the function changed its argument"


def test_one_hot_takes_the_place_of_sex_and_sums_to_one(v1: pd.DataFrame) -> None:
    v3 = one_hot_sex.one_hot_sex(v1)
    assert list(v3) == ["PassengerId", "Pclass", "Sex_female", "Sex_male", "Age", "Survived"]
    assert (v3["Sex_female"] + v3["Sex_male"] == 1).all()
    assert (v3["Sex_female"].astype(bool) == (v1["Sex"] == "female")).all()
    assert v3["Sex_female"].dtype == v3["Sex_male"].dtype == "int64"
    pd.testing.assert_frame_equal(v1.drop(columns="Sex"), v3.drop(columns=["Sex_female", "Sex_male"]))


def test_the_schema_does_not_depend_on_the_values_that_occur() -> None:
    women = one_hot_sex.one_hot_sex(pd.DataFrame({"Sex": ["female", "female"]}))
    assert women.to_dict("list") == {"Sex_female": [1, 1], "Sex_male": [0, 0]}


def test_other_columns_pass_through_by_the_byte(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("in.csv", "v2.csv", "v3.csv")]
    paths[0].write_text('Ticket,Sex,Age,Cabin,x\n007,male,,NA,1e3\n"a, b",female,0.42,,1.50\n')
    fill_age.main(paths[0], paths[1])
    one_hot_sex.main(paths[1], paths[2])
    expected = 'Ticket,Sex_female,Sex_male,Age,Cabin,x\n007,0,1,0.42,NA,1e3\n"a, b",1,0,0.42,,1.50\n'
    assert paths[2].read_bytes() == expected.encode()


@pytest.mark.parametrize(
    ("step", "content", "reason"),
    [
        ("select_columns", "Pclass,Sex,Survived\n1,male,1\n", "no column Age; the columns are Pclass, Sex, Survived"),
        ("fill_age", "Pclass,Years\n1,2\n", "no column Age; the columns are Pclass, Years"),
        ("fill_age", "Age,Sex\n,male\n", "no value to take the mean of"),
        ("fill_age", "Age\nold\n", "old"),
        ("fill_age", "", "No columns"),
        ("one_hot_sex", "Pclass\n1\n", "no column Sex"),
        ("one_hot_sex", "Sex,Age\nmale,1\n,2\n", "row 2: '' is neither female nor male"),
        ("one_hot_sex", "Sex\nMale\n", "row 1: 'Male'"),
    ],
)
def test_a_bad_input_is_one_message_and_no_output(tmp_path: Path, step: str, content: str, reason: str) -> None:
    (tmp_path / "in.csv").write_text(content)
    stages = {"select_columns": select_columns, "fill_age": fill_age, "one_hot_sex": one_hot_sex}
    with pytest.raises(SystemExit) as stopped:  # a text as its code is printed to stderr, and the exit code is 1
        stages[step].main(tmp_path / "in.csv", tmp_path / "out.csv")
    message = str(stopped.value.code)
    assert message.startswith(f"{step}.py: {tmp_path}/in.csv: ")
    assert reason in message
    assert "\n" not in message
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
