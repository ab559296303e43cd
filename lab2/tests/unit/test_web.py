"""A table behind a URL: taken if the server gives it, refused otherwise, without a secret in the message."""

from typing import Any

import httpx
import pandas as pd
import pytest

from lab2.data_collection import SNAPSHOT, collect
from lab2.inputs import InputError

URL = "https://me:s3cret@host/weather.csv?token=s3cret#s3cret"


def answering(monkeypatch: pytest.MonkeyPatch, handler: Any) -> None:
    client = httpx.Client(transport=httpx.MockTransport(handler))
    monkeypatch.setattr(httpx, "get", client.get)


def test_a_table_of_the_web_is_that_of_the_file(weather: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/weather.csv":
            return httpx.Response(302, headers={"location": "/moved.csv"})
        return httpx.Response(200, content=SNAPSHOT.read_bytes())

    answering(monkeypatch, handler)
    table, name = collect(URL, None)
    pd.testing.assert_frame_equal(table, weather)
    assert name == "https://host/weather.csv"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx.Response(404), "https://host/weather.csv: the server answers 404 Not Found, not a table"),
        (httpx.ConnectTimeout("s3cret"), "https://host/weather.csv: no answer (ConnectTimeout); is the server up, "),
    ],
)
def test_a_server_without_the_table_is_refused(
    answer: httpx.Response | Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    answering(monkeypatch, handler)
    with pytest.raises(InputError) as refusal:
        collect(URL, None)
    assert str(refusal.value).startswith(reason)
    assert "s3cret" not in str(refusal.value)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match=r"^--source is not a URL; it looks like https://host/weather\.csv$"):
        collect("http://host:port/weather.csv", None)
