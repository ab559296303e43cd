"""The page as a person starts and uses it, in a real browser, in front of the real service."""

import csv
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from tests.support.browser import opened, seen, text, type_into
from tests.support.checkout import Checkout
from tests.support.running_service import Service, serving
from tests.support.servers import free_port

pytestmark = pytest.mark.browser


@contextmanager
def showing(checkout: Checkout, api: str) -> Iterator[str]:
    """The address of the page that `bash final/page.sh` shows."""
    port = free_port()
    script = str(checkout.root / "final" / "page.sh")
    environment = {name: value for name, value in os.environ.items() if name != "API_URL"}
    process = subprocess.Popen(["bash", script, "--api", api, "--port", str(port)], env=environment)
    url, end = f"http://127.0.0.1:{port}", time.monotonic() + 60
    try:
        while process.poll() is None and time.monotonic() < end:
            with suppress(httpx.TransportError):
                if httpx.get(f"{url}/_stcore/health", timeout=2).is_success:
                    break
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="module")
def service(trained: Checkout) -> Iterator[Service]:
    with serving(trained) as started:
        yield started


@pytest.fixture(scope="module")
def page(trained: Checkout, service: Service) -> Iterator[str]:
    with showing(trained, service.url) as url:
        yield url


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with opened() as browser:
        browser.downloads = tmp_path_factory.mktemp("downloads")  # type: ignore[attr-defined]
        settings = {"behavior": "allow", "downloadPath": str(browser.downloads)}  # type: ignore[attr-defined]
        browser.execute_cdp_cmd("Browser.setDownloadBehavior", settings)
        yield browser


def example(service: Service) -> dict[str, Any]:
    row: dict[str, Any] = service.get("/contract").json()["examples"][0]
    return row


def chance(service: Service, **changed: Any) -> str:
    """What the page must show for the example with some fields changed."""
    return f"{service.post('/predict', {**example(service), **changed}).json()['probability']:.1%}"


def metric(browser: Chrome, wanted: str) -> str | None:
    return wanted if text(browser, "stMetricValue") == wanted else None


def pick(browser: Chrome, label: str, option: str) -> None:
    group = browser.find_element(By.CSS_SELECTOR, f"[role='radiogroup'][aria-label='{label}']")
    [one for one in group.find_elements(By.TAG_NAME, "label") if one.text == option][0].click()  # noqa: RUF015


def open_tab(browser: Chrome, name: str) -> None:
    [tab for tab in browser.find_elements(By.CSS_SELECTOR, "[role='tab']") if tab.text == name][0].click()  # noqa: RUF015


def test_the_form_is_the_contract_and_its_answer_is_the_services(page: str, browser: Chrome, service: Service) -> None:
    schema = service.get("/contract").json()
    first, second, third = chance(service), chance(service, Sex="male"), chance(service, Age=None, Sex="male")
    assert len({first, second, third}) == 3
    seen(browser, page, lambda: metric(browser, first))
    version = service.get("/readyz").json()["model"][:12]
    titles = [rule["title"] for rule in schema["properties"].values()]
    wanted = {schema["title"], schema["description"], *titles, "Survived is survived", version}
    wait_for(lambda: not [one for one in wanted if one not in browser.find_element(By.TAG_NAME, "body").text])
    pick(browser, "Sex", "male")
    wait_for(lambda: metric(browser, second))
    type_into(browser, "Age (years)", Keys.BACKSPACE)
    wait_for(lambda: metric(browser, third))


def wait_for(find: Any, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(Exception):
            if find():
                return
        time.sleep(0.1)
    raise AssertionError("the page does not show what was waited for")


def test_a_required_field_left_empty_is_asked_for(page: str, browser: Chrome) -> None:
    said = seen(
        browser,
        page,
        lambda: text(browser, "stAlert"),
        lambda: type_into(browser, "Siblings and spouses", Keys.BACKSPACE),
    )
    assert "Siblings and spouses needs a value" in said


def test_a_file_of_rows_comes_back_with_the_services_answers(
    page: str, browser: Chrome, service: Service, tmp_path: Path
) -> None:
    lines = ["Pclass,Name,Sex,Age,SibSp,Parch,Ticket,Fare,Cabin,Embarked"]
    lines += [f'{n % 3 + 1},"Doe, Mr. N{n}",{"Mann" if n == 7 else "male"},{20 + n},0,0,A{n},8.5,,S' for n in range(30)]
    sent = tmp_path / "my rows.csv"
    sent.write_text("\n".join(lines) + "\n")
    headers = {"content-type": "text/csv", "accept": "text/csv"}
    answered = httpx.post(f"{service.url}/predict/batch", content=sent.read_bytes(), headers=headers, timeout=60).text

    def upload() -> None:
        open_tab(browser, "A file of rows")
        browser.find_element(By.CSS_SELECTOR, "input[type='file']").send_keys(str(sent))

    def download() -> None:
        buttons = browser.find_elements(By.CSS_SELECTOR, "[data-testid='stDownloadButton'] button")
        [button for button in buttons if button.text == "Download 30 rows"][0].click()  # noqa: RUF015

    file = browser.downloads / "predictions.csv"  # type: ignore[attr-defined]
    seen(browser, page, lambda: "there" if file.exists() else None, upload, download)
    assert "1 of 30 rows have no prediction" in text(browser, "stAlert")
    given = list(csv.DictReader(file.open()))
    answers = list(csv.DictReader(answered.splitlines()))
    assert [{name: row[name] for name in answers[0] if name != "PassengerId"} for row in given] == [
        {name: cell for name, cell in row.items() if name != "PassengerId"} for row in answers
    ]
    assert [row["Name"] for row in given] == [f"Doe, Mr. N{n}" for n in range(30)]
    assert [row["error"] != "" for row in given] == [n == 7 for n in range(30)]


def test_a_file_that_has_the_target_is_scored_and_compared(page: str, browser: Chrome, trained: Checkout) -> None:
    holdout = trained.product / "data" / "split" / "holdout.csv"
    accuracy = json.loads((trained.product / "reports" / "metrics.json").read_text())["metrics"]["accuracy"]["value"]

    def upload() -> None:
        open_tab(browser, "A file of rows")
        browser.find_element(By.CSS_SELECTOR, "input[type='file']").send_keys(str(holdout))

    def metric() -> str | None:
        metrics = browser.find_elements(By.CSS_SELECTOR, "[data-testid='stMetric']")
        return next((element.text for element in metrics if element.text), None)  # the other tab's is hidden

    shown = seen(browser, page, metric, upload)
    assert shown.split("\n") == ["accuracy over 188 rows whose target is known", f"{accuracy:.3f}"]


def test_a_file_that_is_no_table_of_this_product_is_explained(page: str, browser: Chrome, tmp_path: Path) -> None:
    sent = tmp_path / "bad.csv"
    sent.write_text("Pclass,Sax\n1,male\n")

    def upload() -> None:
        open_tab(browser, "A file of rows")
        browser.find_element(By.CSS_SELECTOR, "input[type='file']").send_keys(str(sent))

    said = seen(browser, page, lambda: text(browser, "stAlert"), upload)
    assert "Sax: unknown column" in said
    assert "Traceback" not in browser.find_element(By.TAG_NAME, "body").text


def test_without_a_service_the_page_says_so(trained: Checkout, browser: Chrome) -> None:
    with showing(trained, "http://127.0.0.1:9") as url:
        said = seen(browser, url, lambda: text(browser, "stAlert"))
    assert "does not answer now" in said
    assert "Traceback" not in said
