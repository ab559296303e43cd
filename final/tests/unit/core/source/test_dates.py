"""A day or a time means the same in a column of a table and in a request, in whichever form it is written."""

import re
from datetime import datetime

import pyarrow as pa
import pytest

from core.source.dates import START, formats_of, is_date, moments, readable, shapes
from core.spec.date_forms import moment

WRITTEN = {
    "2021-03-03": "2021-03-03",
    "2021-3-3": "2021-03-03",
    "2021/03/03": "2021-03-03",
    "03.03.2021": "2021-03-03",
    "13.02.21": "2021-02-13",
    "13/02/2021": "2021-02-13",
    "2/13/21": "2021-02-13",
    "13-02-2021": "2021-02-13",
    "3 Mar 2021": "2021-03-03",
    "3 march 2021": "2021-03-03",
    "Mar 3, 2021": "2021-03-03",
    "March 3rd, 2021": "2021-03-03",
    "Wed, 3 Mar 2021": "2021-03-03",
    "03-MAR-21": "2021-03-03",
    "3. März 2021": "2021-03-03",
    "3. Mai 2021": "2021-05-03",
    "3 Okt. 2021": "2021-10-03",
    "3 марта 2021": "2021-03-03",
    "5 мая 2021": "2021-05-05",
    "2021-03": "2021-03-01",
    "Mar 2021": "2021-03-01",
    "2021-03-03 14:05": "2021-03-03T14:05",
    "2021-03-03T14:05:09": "2021-03-03T14:05:09",
    "2021-03-03T14:05:09Z": "2021-03-03T14:05:09",
    "2021-03-03T00:30:00.250+01:00": "2021-03-03T00:30",
    "2021-03-03 14:05:09+0100": "2021-03-03T14:05:09",
    "2021-03-03 14:05 UTC": "2021-03-03T14:05",
    "03.03.2021 7:05": "2021-03-03T07:05",
    "3/13/2021 7:05 PM": "2021-03-13T19:05",
    "3/13/2021 12:05am": "2021-03-13T00:05",
    "3 Mar 2021, 2:05 p.m.": "2021-03-03T14:05",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_time_is_read_alike_in_a_column_and_in_a_request(text: str) -> None:
    column = readable(pa.array([text]))
    forms = tuple(formats_of(shapes(column)[0].as_py()))
    time = datetime.fromisoformat(WRITTEN[text])
    assert moments(pa.array([text, None]), forms).to_pylist() == [time, None]
    assert moment(text, forms) == time
    assert re.match(START, text)


@pytest.mark.parametrize(
    "text",
    ["1.2.3", "30.02.2021", "Feb 30 2021", "2021-13-01", "12:30", "3", "Mai", "1.234.567", "2021-03-03T25:00", ""],
)
def test_other_texts_are_no_dates(text: str) -> None:
    forms = tuple(formats_of(shapes(readable(pa.array([text])))[0].as_py()))
    assert not is_date(text)
    assert moment(text, forms) is None


@pytest.mark.parametrize(
    ("form", "text", "time"),
    [
        ("%Y%m%d", "20210303", "2021-03-03"),
        ("%d.%m.%Y um %H:%M", "3.3.2021 um 14:05", "2021-03-03T14:05"),
        ("%I:%M%p %d %B %Y", "2:05PM 3 March 2021", "2021-03-03T14:05"),
        ("%Y-%m-%dT%H:%M:%SZ", "2021-03-03T14:05:00Z", "2021-03-03T14:05"),
        ("%H:%M:%S.%f %d.%m.%Y", "14:05:00.5 03.03.2021", "2021-03-03T14:05"),
    ],
)
def test_a_person_may_give_any_form(form: str, text: str, time: str) -> None:
    assert moments(pa.array([text]), (form,)).to_pylist() == [datetime.fromisoformat(time)]
    assert moment(text, [form]) == datetime.fromisoformat(time)
    assert moment("x", [form]) is None


def test_a_header_of_months_is_not_a_row_of_dates() -> None:
    assert is_date("2021-03-03")
    assert not is_date("2021-03")
