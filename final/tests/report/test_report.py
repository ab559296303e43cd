"""reports/report.html: one file with everything about a run, whose numbers are those of metrics.json."""

import base64
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from report.build import render
from report.facts import Facts
from tests.browser import opened
from tests.checkout import Checkout
from tests.report.examples import HOSTILE, HOSTILE_VALUE, example

TASKS = ("binary", "multiclass", "regression")
ALWAYS = ["table", "contract", "findings", "metrics", "curves", "slices", "effects", "gates", "champion", "provenance"]
CLASSIFIED = ["calibration", "confusion"]


class Page(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self.text += " " if tag in ("td", "th") else ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def figures(self) -> dict[str, float]:
        """Full values by their place in metrics.json."""
        return {
            str(given["data-key"]): float(str(given["value"]))
            for tag, given in self.elements
            if tag == "data" and "data-key" in given
        }

    def sections(self) -> list[str | None]:
        return [given.get("id") for tag, given in self.elements if tag == "section"]


def leaves(figures: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number of a JSON tree by its path."""
    if isinstance(figures, dict | list):
        for key, value in figures.items() if isinstance(figures, dict) else enumerate(figures):
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(figures, float):
        yield path, figures


@pytest.fixture(scope="module")
def facts() -> dict[str, Facts]:
    return {task: example(task) for task in TASKS}


def reported(checkout: Checkout) -> Page:
    return Page((checkout.product / "reports" / "report.html").read_text())


def test_the_main_job_leaves_a_report_with_the_numbers_of_metrics_json(trained: Checkout) -> None:
    page, metrics = reported(trained), json.loads((trained.product / "reports" / "metrics.json").read_bytes())
    said = page.figures()
    known = dict(leaves({key: metrics[key] for key in ("metrics", "baseline", "linear", "ece", "slices")}))
    wanted = {key: value for key, value in known.items() if not re.fullmatch(r"slices\.\d+\.(low|high)", key)}
    assert len(wanted) > 20
    assert wanted.items() <= said.items()
    assert "every gate passed" in page.text
    assert trained.champion() in page.text


@pytest.mark.parametrize("task", TASKS)
def test_every_section_is_there_and_the_numbers_agree(task: str, facts: dict[str, Facts]) -> None:
    page = Page(render(facts[task]))
    assert sorted(map(str, page.sections())) == sorted(ALWAYS + (CLASSIFIED if task != "regression" else []))
    known = dict(leaves(facts[task].metrics["metrics"], "metrics"))
    assert known.items() <= page.figures().items()
    assert render(facts[task]) == render(facts[task])


@pytest.mark.parametrize("task", TASKS)
def test_texts_of_the_table_stay_texts_and_nothing_is_fetched(task: str, facts: dict[str, Facts]) -> None:
    html = render(facts[task])
    page = Page(html)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "em", "b", "link", "iframe", "object"}
    for text in (HOSTILE, HOSTILE_VALUE, "An <em>example</em>", "what is <b>wanted</b>"):
        assert text in page.text
    addresses = [value for _, given in page.elements for key, value in given.items() if key in ("src", "href")]
    assert addresses
    assert all(str(value).startswith("#") for value in addresses)
    assert not re.search(r"url\(|@import|https?://", html)


def test_the_file_stays_small_however_many_rows_there_are() -> None:
    few, many = (len(render(example("multiclass", rows)).encode()) for rows in (1500, 15000))
    assert many < 1_000_000
    assert many < 1.2 * few


def test_a_red_gate_is_in_the_report_and_figures_of_an_earlier_run_are_not(checkout: Checkout) -> None:
    checkout.edit(("floor: 0.75", "floor: 0.99"))
    done = checkout.bash("pipeline.sh")
    page = reported(checkout)
    assert done.returncode == 1
    assert str(checkout.product / "reports" / "report.html") in done.stderr
    assert "stopped" in page.text
    assert re.search(r"model: accuracy\s+0\.798\s+>= 0\.990\s+FAILED", page.text)
    assert "metrics" in page.sections()
    checkout.edit(("floor: 0.99", "floor: 0.75"), ("values: [female, male]", "values: [female, man]"))
    assert checkout.bash("pipeline.sh").returncode == 1
    page = reported(checkout)
    assert "Sex: not one of female, man" in page.text
    assert "table" in page.sections()
    assert not {"metrics", "curves", "slices", "effects"} & set(page.sections())


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
