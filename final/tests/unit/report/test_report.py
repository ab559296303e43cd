"""reports/report.html: one file with everything about a run, whose numbers are those of metrics.json."""

import copy
import dataclasses
import re

import pytest

from report.build import render
from report.facts import Facts
from tests.support.examples import HOSTILE, HOSTILE_VALUE, example
from tests.support.report_page import Page, leaves

TASKS = ("binary", "multiclass", "regression")
ALWAYS = ["coverage", "table", "contract", "metrics", "curves", "slices", "effects", "gates", "champion", "provenance"]


@pytest.fixture(scope="module")
def facts() -> dict[str, Facts]:
    return {task: example(task) for task in TASKS}


@pytest.mark.parametrize("task", TASKS)
def test_every_section_is_there_and_the_numbers_agree(task: str, facts: dict[str, Facts]) -> None:
    page = Page(render(facts[task]))
    assert sorted(map(str, page.sections())) == sorted([*ALWAYS, *(["labels"] if task != "regression" else [])])
    figures = dict(leaves(facts[task].metrics["metrics"], "metrics"))
    assert figures.items() <= page.figures().items()
    assert render(facts[task]) == render(facts[task])


@pytest.mark.parametrize("task", TASKS)
def test_texts_of_the_table_stay_texts_and_nothing_is_fetched(task: str, facts: dict[str, Facts]) -> None:
    html = render(facts[task])
    page = Page(html)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "em", "b", "link", "iframe", "object"}
    for text in (HOSTILE, HOSTILE_VALUE, "An <em>example</em>", "what is <b>wanted</b>"):
        assert text in page.text
    addresses = [
        value for _, attributes in page.elements for key, value in attributes.items() if key in ("src", "href")
    ]
    assert addresses
    assert all(str(value).startswith("#") for value in addresses)
    assert not re.search(r"url\(|@import|https?://", html)


def test_the_file_stays_small_however_many_rows_there_are() -> None:
    few, many = (len(render(example("multiclass", rows)).encode()) for rows in (900, 3600))
    assert many < 1_000_000
    assert many < 1.2 * few


def test_the_first_sentence_says_what_no_gate_decides(facts: dict[str, Facts]) -> None:
    original = facts["binary"]
    metrics = copy.deepcopy(original.metrics)
    value = metrics["metrics"]["accuracy"]["value"]
    metrics |= {"linear": {**metrics["baseline"], "accuracy": value}, "beside_linear": {"better": 0.5}}
    page = Page(render(dataclasses.replace(original, metrics=metrics)))
    assert (
        f"every gate passed But accuracy {value:.3f} is not clearly better than a linear model's {value:.3f}"
        in page.text
    )
