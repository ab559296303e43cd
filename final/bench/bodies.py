"""Changed bodies of every protocol, through the code that reads them: each is answered, or refused in words."""

import random
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import typer

from tests.support.odd_bodies import ARROW, ROW, Body, arrow_streams, mutants, outcome, with_other_bytes
from tests.support.small_live import small_live

GOOD = {200, 400, 413, 422}


def streams(count: int, seed: int) -> Iterator[Body]:
    """Arrow streams with bytes changed."""
    draw, good = random.Random(seed), arrow_streams([{**ROW, "count": number} for number in range(5)])
    order = {"form": ARROW, "most": 100, "target": "refuse"}
    for _ in range(count):
        yield Body("batch", order, with_other_bytes(draw.choice(good), draw))


def main(
    bodies: Annotated[int, typer.Option(help="Bodies of all protocols.")] = 50_000,
    arrow: Annotated[int, typer.Option("--streams", help="Arrow streams.")] = 100_000,
    seed: Annotated[int, typer.Option(help="Another seed makes other bodies.")] = 0,
) -> None:
    """Print how many were answered with which status."""
    live = small_live()
    for kind, each in (("bodies", mutants(bodies, seed)), ("Arrow streams", streams(arrow, seed))):
        statuses: Counter[int] = Counter()
        for body in each:
            status, detail = outcome(live, body)
            statuses[status] += 1
            if status not in GOOD:
                sys.exit(f"{status}: {detail}\n{body}")
        print(kind, ", ".join(f"{status}: {count:,}" for status, count in sorted(statuses.items())))


if __name__ == "__main__":
    typer.run(main)
