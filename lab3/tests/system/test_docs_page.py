"""The service's `/docs` in a real browser that knows no other site, alone and behind a proxy with a path prefix."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from conftest import lacks
from tests.support.browser import opened, seen
from tests.support.servers import answering, free_ports

pytestmark = pytest.mark.browser

PROXY = """
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend public
    bind 127.0.0.1:{public}
    http-request deny unless {{ path_beg /rain/ }}
    http-request replace-path /rain(/.*) \\1
    default_backend api
backend api
    server api 127.0.0.1:{api}
"""


@pytest.fixture(params=["", "/rain"], ids=["alone", "behind a prefix"])
def docs(request: pytest.FixtureRequest, checkout: Path, tmp_path: Path) -> Iterator[str]:
    """The address of the page; behind a prefix HAProxy hides everything that is not below `/rain/`."""
    prefix = request.param
    api, public = free_ports(2)
    serve = ["uvicorn", "--app-dir", str(checkout), "lab3.app:app", "--port", str(api)]
    with ExitStack() as stack:
        stack.enter_context(answering(serve, f"http://127.0.0.1:{api}/readyz", UVICORN_ROOT_PATH=prefix))
        if not prefix:
            yield f"http://127.0.0.1:{api}/docs"
            return
        haproxy = shutil.which("haproxy", path="/usr/sbin:/usr/bin")
        if haproxy is None:
            lacks("no program haproxy", {"browser"})
        (tmp_path / "haproxy.cfg").write_text(PROXY.format(public=public, api=api))
        command = [haproxy, "-f", str(tmp_path / "haproxy.cfg")]
        stack.enter_context(answering(command, f"http://127.0.0.1:{public}{prefix}/readyz"))
        yield f"http://127.0.0.1:{public}{prefix}/docs"


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with opened() as browser:
        yield browser


def test_the_page_asks_the_service(docs: str, browser: Chrome) -> None:
    """The reader opens `/predict`, sends the example as it stands there, and sees the chance of rain."""

    def click(selector: str) -> None:
        browser.find_element(By.CSS_SELECTOR, selector).click()

    def answer() -> str | None:
        text = browser.find_element(By.CSS_SELECTOR, ".live-responses-table .response").text
        return text if "chance_of_rain" in text else None

    steps = [".opblock-post .opblock-summary-control", ".try-out__btn", ".execute"]
    text = seen(browser, docs, answer, *(partial(click, selector) for selector in steps))
    assert text.startswith("200")
