"""The report in a real browser: on a phone, on a screen, and printed."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from report.build import render
from report.facts import Facts
from tests.support.browser import opened
from tests.support.examples import example

TASKS = ("binary", "multiclass", "regression")


@pytest.fixture(scope="module")
def facts() -> dict[str, Facts]:
    return {task: example(task) for task in TASKS}


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with opened() as browser:
        yield browser


@pytest.mark.browser
@pytest.mark.parametrize("task", TASKS)
def test_it_fits_a_phone_and_a_screen_and_prints(
    task: str, facts: dict[str, Facts], browser: Chrome, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text(render(facts[task]))
    for width in (390, 1280):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(file.as_uri())
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
        # a plot that is drawn has a height; one that is broken has none
        heights = browser.execute_script("return [...document.querySelectorAll('svg')].map(s => s.clientHeight)")
        assert heights
        assert min(heights) > 0
    pdf = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page\n") > 1
