from collections.abc import Iterator

import pytest

from tests.support.checkout import Checkout
from tests.support.running_service import Service, serving


@pytest.fixture(scope="module")
def service(trained: Checkout) -> Iterator[Service]:
    with serving(trained) as started:
        yield started
