"""The how-to pages do as they say: their bash blocks run in a checkout's root, and print what the comments promise."""

import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from bench.swarm import swarm
from tests.support.agent import ROOT
from tests.support.checkout import Checkout
from tests.support.product_images import remove_images, take_down
from tests.support.servers import free_port

PAGES = ROOT / "final" / "howto"
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IDENTITY = {f"GIT_{who}_{what}": "test@localhost" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def follow(page: str, checkout: Checkout, **variables: str) -> None:
    """Do what the page says; asserts that it works and that each promised output comes, in the page's order."""
    script = "set -euo pipefail\n" + "\n".join(BLOCK.findall((PAGES / page).read_text(encoding="utf-8")))
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=checkout.root,
        env={**os.environ, **IDENTITY, "TITANIC_TIMEOUT": "0", "COLUMNS": "200", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    position = 0
    for promised in re.findall(r"# prints: (.*)$", script, re.MULTILINE):
        found = done.stdout.find(promised, position)
        assert found >= 0, f"{page}: {promised!r} is not printed, or not in this order:\n{done.stdout}"
        position = found + len(promised)


def test_the_index_names_every_page() -> None:
    named = re.findall(r"\]\((\w+\.md)\)", (PAGES / "README.md").read_text(encoding="utf-8"))
    assert sorted(named) == sorted(path.name for path in PAGES.glob("*.md") if path.name != "README.md")


@pytest.mark.parametrize(
    "page",
    [
        "add_a_product.md",
        "add_a_gate.md",
        "change_the_data.md",
        "score_a_table.md",
        pytest.param("make_a_branch.md", marks=pytest.mark.groovy),
        pytest.param("turn_it_red.md", marks=pytest.mark.groovy),
        "roll_back.md",
        "move_the_remote.md",
        "watch_a_model.md",
        "upgrade_a_dependency.md",
    ],
)
def test_a_page_does_what_it_says(page: str, checkout: Checkout) -> None:
    follow(page, checkout)


@pytest.fixture
def stack(checkout: Checkout, trained: Checkout) -> Iterator[dict[str, str]]:
    """Variables of a stack of the test's own, taken down afterwards, with its images."""
    port = str(free_port())
    stand_in = subprocess.check_output(["bash", str(ROOT / "final/deploy/stand_in.sh")], text=True).strip()
    with swarm():
        yield {"STACK": f"howto-{port}", "PORT": port, "REPLICAS": "1", "HAPROXY_IMAGE": stand_in}
        take_down(f"howto-{port}")
        remove_images(checkout.root, but=trained.root)


@pytest.mark.docker
def test_run_on_swarm(checkout: Checkout, stack: dict[str, str]) -> None:
    follow("run_on_swarm.md", checkout, **stack)
