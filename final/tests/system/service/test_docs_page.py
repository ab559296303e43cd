"""/docs in a real browser that reaches no other site: Swagger UI, also at the path where a proxy shows it."""

import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest
from selenium.webdriver.common.by import By

from conftest import lacks
from tests.support.browser import opened, seen
from tests.support.checkout import Checkout
from tests.support.running_service import serving
from tests.support.servers import free_port, wait_for

pytestmark = pytest.mark.browser
PROXY = """
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen proxy
  bind 127.0.0.1:{port}
  http-request set-header X-Forwarded-Prefix /models/titanic
  http-request replace-path /models/titanic(/.*) \\1
  server service {service}
"""


BLOCK = "[id^='operations-Service-predict_predict']"


@pytest.fixture(scope="module")
def pages(trained: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where the service is: itself, and behind a proxy that shows it at /models/titanic."""
    if not shutil.which("haproxy"):
        lacks("no program haproxy", {"browser"})
    port, file = free_port(), tmp_path_factory.mktemp("proxy") / "haproxy.cfg"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERVICE_TRUSTED_PROXIES", "127.0.0.1")
        with serving(trained) as service:
            file.write_text(PROXY.format(port=port, service=service.url.removeprefix("http://")))
            proxy = subprocess.Popen(["haproxy", "-f", str(file)], stderr=subprocess.DEVNULL)
            try:
                shown = f"http://127.0.0.1:{port}/models/titanic"
                wait_for(f"{shown}/healthz")
                yield {"itself": service.url, "behind a proxy": shown}
            finally:
                proxy.terminate()
                proxy.wait(60)


@pytest.mark.parametrize("where", ["itself", "behind a proxy"])
def test_a_reader_tries_an_operation(pages: dict[str, str], where: str) -> None:
    url = pages[where]
    with opened() as browser:

        def press(selector: str) -> Callable[[], None]:
            return lambda: browser.find_element(By.CSS_SELECTOR, f"{BLOCK} {selector}").click()

        def shown(selector: str) -> str:
            return str(browser.find_element(By.CSS_SELECTOR, f"{BLOCK} {selector}").text)

        def status() -> str:
            return shown(".live-responses-table tbody .response-col_status")

        steps = [press(selector) for selector in (".opblock-summary-control", ".try-out__btn", ".execute")]
        assert seen(browser, f"{url}/docs", status, *steps).startswith("200")
        assert f"{url}/predict" in shown(".request-url")
