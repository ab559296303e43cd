"""The two steps from v1 to v3, and the one command that runs them for a feature set."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from lab4 import data_creation, fill_age, one_hot_sex

LAB = Path(__file__).resolve().parents[1]


def feature_set(version: str, output: str, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(LAB / "feature_set.sh"), version, output]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def v1() -> pd.DataFrame:
    table = data_creation.from_snapshot(LAB / "snapshot/train.csv")
    return data_creation.select(table, data_creation.Columns.V1, with_id=True)


def test_filling_leaves_nothing_missing_keeps_the_mean_and_touches_nothing_else(v1: pd.DataFrame) -> None:
    v2 = fill_age.fill_age(v1)
    missing = v1["Age"].isna()
    assert missing.sum() == 177
    assert v2.isna().sum().sum() == 0
    assert v2["Age"].mean() == pytest.approx(29.699, abs=5e-4)
    assert v2["Age"].mean() == pytest.approx(v1["Age"].mean())
    assert (v2.loc[~missing, "Age"] == v1.loc[~missing, "Age"]).all()
    pd.testing.assert_frame_equal(v1.drop(columns="Age"), v2.drop(columns="Age"))
    assert v1["Age"].isna().sum() == 177, "the core changed its argument"


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
    (tmp_path / "in.csv").write_text('Ticket,Sex,Age,Cabin,x\n007,male,,NA,1e3\n"a, b",female,0.42,,1.50\n')
    for step, source, output in (("fill_age", "in", "v2"), ("one_hot_sex", "v2", "v3")):
        command = [
            sys.executable,
            f"{LAB}/{step}.py",
            "--input",
            f"{source}.csv",
            "--output",
            f"{output}.csv",
        ]
        subprocess.run(command, cwd=tmp_path, check=True)
    expected = 'Ticket,Sex_female,Sex_male,Age,Cabin,x\n007,0,1,0.42,NA,1e3\n"a, b",1,0,0.42,,1.50\n'
    assert (tmp_path / "v3.csv").read_bytes() == expected.encode()


@pytest.mark.parametrize(
    ("step", "content", "reason"),
    [
        ("fill_age", "Pclass,Years\n1,2\n", "no column Age, only Pclass, Years"),
        ("fill_age", "Age,Sex\n,male\n", "no known value"),
        ("fill_age", "Age\nold\n", "old"),
        ("fill_age", "", "No columns"),
        ("one_hot_sex", "Pclass\n1\n", "no column Sex"),
        ("one_hot_sex", "Sex,Age\nmale,1\n,2\n", "row 2: '' is neither female nor male"),
        ("one_hot_sex", "Sex\nMale\n", "row 1: 'Male'"),
    ],
)
def test_a_bad_input_is_one_message_and_no_output(tmp_path: Path, step: str, content: str, reason: str) -> None:
    (tmp_path / "in.csv").write_text(content)
    stage = {"fill_age": fill_age, "one_hot_sex": one_hot_sex}[step]
    with pytest.raises(SystemExit) as stopped:  # a text as its code is printed to stderr, and the exit code is 1
        stage.main(tmp_path / "in.csv", tmp_path / "out.csv")
    message = str(stopped.value.code)
    assert message.startswith(f"{step}.py: {tmp_path}/in.csv: ")
    assert reason in message
    assert "\n" not in message
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


def test_feature_set_leaves_each_version_at_the_callers_relative_path(
    tmp_path: Path, offline: dict[str, str], v1: pd.DataFrame
) -> None:
    folder = tmp_path / "with a space"
    folder.mkdir()
    rest = ["Age", "Survived"]
    expected = {
        "all": list(data_creation.from_snapshot(LAB / "snapshot/train.csv")),
        "v1": ["PassengerId", "Pclass", "Sex", *rest],
        "v2": ["PassengerId", "Pclass", "Sex", *rest],
        "v3": ["PassengerId", "Pclass", "Sex_female", "Sex_male", *rest],
    }
    for version, columns in expected.items():
        done = feature_set(version, f"out/{version}.csv", folder, offline)
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        assert "pinned copy" in done.stderr
        table = pd.read_csv(folder / f"out/{version}.csv")
        assert list(table) == columns
        assert table["Age"].isna().sum() == (177 if version in ("all", "v1") else 0)
    assert len(list((folder / "out").iterdir())) == 4


@pytest.mark.parametrize("version", ["v4", "V1", ""])
def test_an_unknown_feature_set_is_refused_with_the_usage(
    tmp_path: Path, offline: dict[str, str], version: str
) -> None:
    done = feature_set(version, "out.csv", tmp_path, offline)
    assert done.returncode == 2
    assert "all|v1|v2|v3" in done.stderr
    assert not list(tmp_path.iterdir())
