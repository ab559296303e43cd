"""What the tests with containers share: one image of the product's service, built and smoked by build.sh."""

import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from core.spec.contract import Contract
from deploy.artifact import Artifact
from deploy.wire import as_sent
from tests.support.checkout import Checkout
from tests.support.made_once import cleaned_by_the_last
from tests.support.product_images import remove_images


@pytest.fixture(scope="session")
def image(trained: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The image of the trained checkout's champion, as build.sh printed it."""
    with cleaned_by_the_last(tmp_path_factory, "images", lambda: remove_images(trained.root)):
        done = subprocess.run(
            ["bash", str(trained.root / "final/deploy/build.sh"), "titanic", "all"],
            env={k: v for k, v in os.environ.items() if k != "REGISTRY"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        yield done.stdout.strip()


@pytest.fixture(scope="session")
def champion(trained: Checkout) -> Artifact:
    return Artifact.read(trained.product / "registry" / "models" / trained.champion())


@pytest.fixture(scope="session")
def rows(champion: Artifact) -> list[dict[str, Any]]:
    """The golden rows as a client sends them."""
    contract = Contract.model_validate_json((champion.folder / "contract.json").read_bytes())
    return [as_sent(row, contract) for row in champion.manifest["golden"]["rows"]]
