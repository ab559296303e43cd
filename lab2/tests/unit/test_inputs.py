"""Bad tables are refused by place and reason, good ones are read in order."""

from pathlib import Path

import pandas as pd
import pytest

from lab2.inputs import MIN_DAYS, InputError, check_weather, parse_csv, read_rows

HEADER = "date,precipitation,temp_max,temp_min,wind\n"
DAY = "2012-01-01,0.0,12.8,5.0,4.7\n"
BAD = {
    "cannot be read as CSV: No columns": "",
    "cannot be read as CSV: Error tokenizing data. C error: Expected 5 fields in line 3": f"{HEADER}{DAY}1,2,3,4,5,6\n",
    "0 days are too few": HEADER,
    "1 days are too few": HEADER + DAY,
    "needs one column wind each": "date,precipitation,temp_max,temp_min\n2012-01-01,0,1,0\n",
    "needs one column date, precipitation, temp_max, temp_min, wind each; it has: <!doctype html>": "<!doctype html>\n",
    "line 3: column wind is 'strong', must be a number of m/s": f"{HEADER}{DAY}2012-01-02,0,1,0,strong\n",
    "line 4: column precipitation is '', must be a number of mm": f"{HEADER}{DAY}\n2012-01-02,,1,0,1\n",
    "line 3: column precipitation is 'inf'": f"{HEADER}{DAY}2012-01-02,inf,1,0,1\n",
    "line 3: column precipitation is '-1'": f"{HEADER}{DAY}2012-01-02,-1,1,0,1\n",
    "line 3: column temp_max is '95', must be a number of °C": f"{HEADER}{DAY}2012-01-02,0,95,70,1\n",
    "line 3: column temp_max is '1', must be at least temp_min": f"{HEADER}{DAY}2012-01-02,0,1,5,1\n",
    "line 3: column date is '02/01/2012', must be a day like": f"{HEADER}{DAY}02/01/2012,0,1,0,1\n",
    "line 3: column date is '2012-02-30'": f"{HEADER}{DAY}2012-02-30,0,1,0,1\n",
    "line 3: column date is '2012-01-02 06:00'": f"{HEADER}{DAY}2012-01-02 06:00,0,1,0,1\n",
    "line 3: column date is '2012/01/01', must be a day that is not there": f"{HEADER}{DAY}2012/01/01,0,1,0,1\n",
    "line 3: column temp_max is ": f"{HEADER}{DAY}2012-01-02,0",
}


@pytest.mark.parametrize("message", BAD)
def test_bad_table_is_refused_with_place_and_reason(message: str) -> None:
    with pytest.raises(InputError) as refusal:
        check_weather(parse_csv(BAD[message].encode(), "my.csv"), "my.csv")
    reason = str(refusal.value)
    assert reason.startswith("my.csv")
    assert reason.removeprefix("my.csv").lstrip(":, ").startswith(message)


def test_file_that_is_not_text_is_refused() -> None:
    with pytest.raises(InputError, match=r"my\.csv: cannot be read as CSV: .*decode"):
        parse_csv(HEADER.encode() + b"\xff\xfe\x00", "my.csv")


@pytest.mark.parametrize(("cell", "shown"), [(True, "'True'"), (None, "'nan'")])
def test_cell_of_a_database_that_is_not_a_number_is_refused(cell: object, shown: str) -> None:
    row = {"date": "2012-01-01", "precipitation": 0.0, "temp_max": 1.0, "temp_min": 0.0}
    table = pd.DataFrame([row | {"wind": 1.0}, row | {"date": "2012-01-02", "wind": cell}], index=[1, 2])
    with pytest.raises(InputError, match=f"db, row 2: column wind is {shown}, must be"):
        check_weather(table, "db", "row")


def test_rows_in_any_order_and_other_columns_are_read(weather: pd.DataFrame) -> None:
    mixed = weather.reset_index().assign(note="x").sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(check_weather(mixed, "db", "row"), weather, check_freq=False)
    assert len(weather) > MIN_DAYS


def test_table_of_an_earlier_stage_must_be_there_and_whole(tmp_path: Path, windows: pd.DataFrame) -> None:
    path = tmp_path / "train.csv"
    with pytest.raises(InputError, match=r"train\.csv: no such file; run data_preparation\.py first"):
        read_rows(path, "data_preparation.py")
    windows.to_csv(path)
    pd.testing.assert_frame_equal(read_rows(path, "data_preparation.py"), windows, check_dtype=False, check_freq=False)
    for old, new in [("2013-01-01,", "2013-01-01,wet"), ("rain_tomorrow", "snow"), ("2013-01-01,0.0", "2013-01-01,")]:
        path.write_text(windows.to_csv().replace(old, new))
        with pytest.raises(InputError, match=r"train\.csv: .*run data_preparation\.py again"):
            read_rows(path, "data_preparation.py")
    windows.assign(rain_tomorrow=0).to_csv(path)
    with pytest.raises(InputError, match="0 and 1 in column rain_tomorrow"):
        read_rows(path, "data_preparation.py")
