"""The page as a person uses it, in a real browser, in front of the real service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from lab3.forecast import Days, load
from tests.support.browser import opened, seen, text, type_into
from tests.support.servers import answering, free_port

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(checkout: Path) -> Iterator[str]:
    """The page's address, with a service behind it."""
    api, page = free_port(), free_port()
    url = f"http://127.0.0.1:{page}"
    serve = ["uvicorn", "--app-dir", str(checkout), "lab3.app:app", "--port", str(api)]
    with answering(serve, f"http://127.0.0.1:{api}/readyz"), answering(show(checkout, page), f"{url}/_stcore/health",
        API_URL=f"http://127.0.0.1:{api}", PYTHONPATH=str(checkout)):  # fmt: skip
        yield url


def show(checkout: Path, port: int) -> list[str]:
    options = [
        "--server.headless=true",
        "--client.toolbarMode=minimal",
        "--browser.gatherUsageStats=false",
        "--server.fileWatcherType=none",
    ]
    address = ["--server.address=127.0.0.1", f"--server.port={port}"]
    return ["streamlit", "run", str(checkout / "lab3/page.py"), *options, *address]


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with opened() as browser:
        yield browser


def charts(browser: Chrome) -> int:
    return len(browser.find_elements(By.CSS_SELECTOR, "[data-testid='stVegaLiteChart'] :is(canvas, svg)"))


def test_reader_sees_the_librarys_chance_and_changes_it(page: str, browser: Chrome, checkout: Path) -> None:
    forecast = load(checkout / "lab3/model")
    week = Days(days=forecast.weeks["golden"][0]["days"]).days
    wetter = [*week[:-1], week[-1].model_copy(update={"precipitation": 25.0})]
    first, second = f"{forecast.chance(week):.0%}", f"{forecast.chance(wetter):.0%}"
    assert second != first

    def metric(value: str) -> str | None:
        return value if text(browser, "stMetricValue") == value and charts(browser) >= 2 else None

    seen(browser, page, lambda: metric(first))
    seen(browser, page, lambda: metric(second), lambda: type_into(browser, "rain, mm, 0 days ago", "25"))


def test_mistake_is_explained_in_plain_words(page: str, browser: Chrome) -> None:
    message = seen(
        browser, page, lambda: text(browser, "stAlert"), lambda: type_into(browser, "lowest, °C, 1 days ago", "60")
    )
    assert "lowest 60.0 is above highest" in message
    for word in ("temp_min", "Traceback", "422", "days."):
        assert word not in browser.find_element(By.TAG_NAME, "body").text


def test_without_a_service_the_page_says_so(browser: Chrome, checkout: Path) -> None:
    port = free_port()
    url, nowhere = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{free_port()}"
    with answering(show(checkout, port), f"{url}/_stcore/health", API_URL=nowhere, PYTHONPATH=str(checkout)):
        message = seen(browser, url, lambda: text(browser, "stAlert"))
    assert "The forecast service does not answer." in message
    assert "Traceback" not in message
