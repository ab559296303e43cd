"""The report that the main job leaves: the figures of metrics.json, and why a run stopped."""

import json
import re

from tests.support.checkout import Checkout
from tests.support.report_page import Page, leaves


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
    assert re.search(r"Run of 20\d\d-\d\d-\d\d \d\d:\d\d UTC, commit [0-9a-f]{12}, model", page.text)
    assert "Survived was survived" in page.text
    assert trained.champion() in page.text


def test_a_red_gate_is_in_the_report_and_figures_of_an_earlier_run_are_not(checkout: Checkout) -> None:
    checkout.edit(("floor: 0.75", "floor: 0.99"))
    done = checkout.bash("pipeline.sh")
    page = reported(checkout)
    assert done.returncode == 1
    assert str(checkout.product / "reports" / "report.html") in done.stderr
    assert "stopped" in page.text
    assert re.search(r"model: accuracy\s+0\.\d+\s+>= 0\.990\s+FAILED", page.text)
    assert "metrics" in page.sections()
    checkout.edit(("floor: 0.99", "floor: 0.75"), ("values: [female, male]", "values: [female, man]"))
    assert checkout.bash("pipeline.sh").returncode == 1
    page = reported(checkout)
    assert "Sex: not one of female, man" in page.text
    assert "table" in page.sections()
    assert not {"metrics", "curves", "slices", "effects"} & set(page.sections())
