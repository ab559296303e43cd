"""Tables and models that no stage may use: refused by file, place, reason and remedy."""

import os
from pathlib import Path

import pytest
import skops.io
from sklearn.preprocessing import FunctionTransformer

from lab1.inputs import InputError, read_cities, read_model

HEADER = "date,temperature,anomaly,kind\n"
GOOD = "2020-01-01,1.0,0,normal\n2020-01-02,9.5,1,spike\n"
BAD = {
    "line 4 (date 2020-01-03): column anomaly must be 0 or 1": f"{HEADER}{GOOD}2020-01-03,0.5,2,spike\n",
    "line 4 (date 01.03.2020): column date must be YYYY-MM-DD": f"{HEADER}{GOOD}01.03.2020,0.5,0,normal\n",
    "line 4 (date 2020-01-04): column date must be one day after": f"{HEADER}{GOOD}2020-01-04,0.5,0,normal\n",
    "line 4 (date 2020-01-02): column date must be one day after": f"{HEADER}{GOOD}2020-01-02,0.5,0,normal\n",
    "line 4 (date 2020-01-03): column kind must be 'normal'": f"{HEADER}{GOOD}2020-01-03,0.5,0,spike\n",
    "line 4 (date 2020-01-03): column temperature must be a number": f"{HEADER}{GOOD}2020-01-03,warm,0,normal\n",
    "line 4 (date 2020-01-03): column anomaly must be": f"{HEADER}{GOOD}2020-01-03,0.",
    "no column temperature": "date,anomaly,kind\n2020-01-01,0,normal\n",
    "cannot be read as CSV (No columns": "",
    "2 days, but more than 2 are needed as history": f"{HEADER}{GOOD}",
}


@pytest.mark.parametrize("message", BAD)
def test_bad_table_is_refused_by_name_place_reason_and_remedy(tmp_path: Path, message: str) -> None:
    (tmp_path / "alderton.csv").write_text(BAD[message])
    with pytest.raises(InputError) as refusal:
        read_cities(tmp_path, ["temperature"], "data_creation.py", history=2)
    assert str(refusal.value).startswith(f"{tmp_path / 'alderton.csv'}: {message}")
    assert str(refusal.value).endswith("run data_creation.py again")


def test_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "alderton.csv").write_bytes(HEADER.encode() + b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"alderton\.csv: cannot be read as CSV"):
        read_cities(tmp_path, ["temperature"], "data_creation.py")


def test_cities_are_read_in_order_with_their_names(tmp_path: Path) -> None:
    for city in ("b", "a"):
        (tmp_path / f"{city}.csv").write_text(HEADER + GOOD)
    table = read_cities(tmp_path, ["temperature"], "data_creation.py")
    assert list(table["city"]) == ["a", "a", "b", "b"]
    assert list(table["temperature"]) == [1.0, 9.5] * 2


def test_folder_without_tables_or_with_one_answer_only_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no CSV files there; run data_creation\.py first"):
        read_cities(tmp_path / "none", ["temperature"], "data_creation.py")
    (tmp_path / "calm.csv").write_text(f"{HEADER}2020-01-01,1.0,0,normal\n")
    with pytest.raises(InputError, match="column anomaly has one value only"):
        read_cities(tmp_path, ["temperature"], "data_creation.py")


def test_model_that_is_gone_broken_or_of_a_type_nobody_reviewed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    with pytest.raises(InputError, match=r"no such file; run model_preparation.py first"):
        read_model(path)
    path.write_bytes(b"not a zip")
    with pytest.raises(InputError, match=r"not a model that can be loaded .* run model_preparation.py again"):
        read_model(path)
    path.write_bytes(skops.io.dumps(FunctionTransformer(func=os.getcwd)))
    with pytest.raises(InputError, match=r"posix\.getcwd"):
        read_model(path)
