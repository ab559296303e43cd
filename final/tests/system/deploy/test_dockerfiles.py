"""hadolint has nothing to say of the Dockerfiles."""

import pytest

from core.base.paths import FINAL
from tests.support.image_files import hadolint


@pytest.mark.parametrize("name", ["Dockerfile", "page.Dockerfile", "watch.Dockerfile", "workers.Dockerfile"])
def test_hadolint_finds_nothing(name: str) -> None:
    hadolint(FINAL / "deploy" / name)
