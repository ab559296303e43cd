"""A real browser for the tests of pages, and what a reader does in it."""

import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService, Keys
from selenium.webdriver.common.by import By


@contextmanager
def opened() -> Iterator[Chrome]:
    """A headless Chromium that reaches no other machine, closed at the end of the block."""
    options = ChromeOptions()
    options.binary_location = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    offline = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # a page that needs another site fails
    size = "--window-size=1400,1000"
    for option in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", size, offline):
        options.add_argument(option)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:  # Chromium's folders outlive it
        browser = Chrome(options, ChromeService(shutil.which("chromedriver"), env={**os.environ, "TMPDIR": scratch}))
        try:
            yield browser
        finally:
            browser.quit()


def seen(
    browser: Chrome, url: str, find: Callable[[], str | None], *act: Callable[[], None], seconds: float = 120
) -> str:
    """What `find` finds on the page at `url` after each of `act` was done there.

    The page stayed incomplete in one run beside Docker builds, for a cause not found. It is then opened again, with a
    warning that says what it showed, so that a page which needs that often is noticed.
    """
    end, shown = time.monotonic() + seconds, ""
    while time.monotonic() < end:
        with suppress(WebDriverException):
            browser.get(url)
            for step in (*act, None):
                patience = time.monotonic() + 15
                while time.monotonic() < min(patience, end):
                    with suppress(WebDriverException, IndexError):
                        if step:
                            step()
                            break
                        if text_on_page := find():
                            return text_on_page
                    time.sleep(0.1)
            shown = browser.find_element(By.TAG_NAME, "body").text
        warnings.warn(f"opened {url} again, since it showed only {shown!r}", stacklevel=2)
    raise AssertionError(f"the page does not show what was waited for, but: {shown!r}")


def text(browser: Chrome, test_id: str) -> str:
    return browser.find_element(By.CSS_SELECTOR, f"[data-testid='{test_id}']").text


def type_into(browser: Chrome, label: str, value: str) -> None:
    box = browser.find_element(By.CSS_SELECTOR, f"input[aria-label='{label}']")
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(value, Keys.ENTER)
