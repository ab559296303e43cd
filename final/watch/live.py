"""Looks at a log again and again, until it is told to stop; the service beside it shows what was seen last."""

import signal
import sys
from pathlib import Path
from threading import Event
from time import monotonic

from core.base.errors import UserError, message
from core.base.files import write_bytes, write_json
from core.base.paths import Paths
from core.registry.registry import Registry
from core.spec.yaml_file import load
from service.prediction_log.watched import FACTS
from watch import look
from watch.page import render
from watch.reference import Reference, reference

REPORT = "watch.html"  # beside the log


def watch(product: str, folder: Path, every: float) -> None:
    """Look every so many seconds until SIGTERM or SIGINT. Raises UserError for a product that is none."""
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # also the first process of a container stops by them
        signal.signal(number, lambda *_: stopped.set())
    load(product)
    champion: Reference | None = None
    while not stopped.is_set():
        began = monotonic()
        try:
            champion = current(product, champion)
            print(look_once(champion, folder), flush=True)
        except (UserError, OSError) as error:
            # no row yet, or a champion that is on its way: the next look may do better
            print(f"watch: {message(error)}", file=sys.stderr, flush=True)
        stopped.wait(max(0.0, began + every - monotonic()))


def current(product: str, before: Reference | None) -> Reference:
    """The reference of the champion; the one from before while champion and product.yaml are the same.

    Raises UserError, as `reference`.
    """
    version = Registry(Paths.of(product).registry).required_champion()
    if before is not None and before.live.version == version and before.product == load(product):
        return before
    return reference(product)


def look_once(champion: Reference, folder: Path) -> str:
    """One look, whose facts and report are beside the log then; the verdict in a line. Raises UserError, OSError."""
    facts = look.of_log(champion, folder)
    write_json(facts, folder / FACTS)
    write_bytes(render(facts).encode(), folder / REPORT)
    return str(facts["headline"])
