"""The bench of the API: every server with the same model and the same row, its core apart from the client's.

Method: in each round every server is started afresh, asked until it answers, its answer is compared with the library's,
it is warmed up, then asked by wrk over 1 and over 64 connections. Rounds are interleaved, so that whatever else the
machine does hits all alike; the table has medians over the rounds. Memory is the proportional set size (PSS) of the
server's processes after the load.
"""

import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
import psutil
import typer

from bench.servers import CONTENDERS, Contender, running
from core.base.paths import Paths
from core.base.terminal import progress
from core.model.model import ProductModel
from core.registry.registry import Registry
from core.spec.request import example_row
from core.spec.yaml_file import load

HEADINGS = (
    "server",
    "requests/s, 64 connections",
    "this service is x times that",
    "p50",
    "p99",
    "requests/s, 1 connection",
    "p50",
    "p99",
    "memory",
    "start to ready",
)
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True)
class Load:
    """What wrk measured: requests/s, and p50 and p99 in milliseconds."""

    rate: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Round:
    ready: float
    one: Load
    many: Load
    memory: float


def wrk(url: str, script: Path, connections: int, seconds: float, pin: list[str]) -> Load:
    """Raises SystemExit where an answer was not 200."""
    done = subprocess.run(
        [*pin, "wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", "-s", str(script), url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "Non-2xx" in done or "Socket errors" in done:
        sys.exit(f"{url}: not every request was answered:\n{done}")

    def found(pattern: str) -> float:
        match = re.search(pattern, done)
        if match is None:
            sys.exit(f"wrk printed something else than expected:\n{done}")
        return float(match[1]) * UNITS[match[2]] if len(match.groups()) > 1 else float(match[1])

    return Load(found(r"Requests/sec: +([\d.]+)"), found(r"50% +([\d.]+)(us|ms|s)"), found(r"99% +([\d.]+)(us|ms|s)"))


def until_ready(url: str, body: Any, process: int, seconds: float = 120) -> tuple[float, Any]:
    """Seconds until the first 200, and its JSON."""
    began = time.monotonic()
    while time.monotonic() < began + seconds and psutil.pid_exists(process):
        try:
            answer = httpx.post(url, json=body, timeout=10)
            if answer.status_code == 200:
                return time.monotonic() - began, answer.json()
        except httpx.TransportError:
            pass
        time.sleep(0.01)
    sys.exit(f"{url}: does not answer")


def memory(process: int) -> float:
    """PSS of a process and all below it, in MB."""
    family = [psutil.Process(process), *psutil.Process(process).children(recursive=True)]
    return float(sum(one.memory_full_info().pss for one in family)) / 1e6


def one_round(contender: Contender, artifact: Path, row: dict[str, Any], expected: float, seconds: float) -> Round:
    cores = sorted(psutil.Process().cpu_affinity())
    apart = len(cores) > 1 and shutil.which("taskset")
    server_pin = ["taskset", "-c", str(cores[0])] if apart else []
    client_pin = ["taskset", "-c", str(cores[1])] if apart else []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url, body = f"http://127.0.0.1:{port}{contender.path}", contender.put(row)
    contender.command(artifact, port)  # makes its environment, which is not to be timed
    with (
        running(contender, artifact, port, server_pin) as process,
        tempfile.NamedTemporaryFile("w", suffix=".lua") as lua,
    ):
        ready, answer = until_ready(url, body, process)
        if contender.probability and abs(contender.probability(answer) - expected) > 1e-9:
            sys.exit(f"{contender.name}: answers {answer}, the library says {expected}")
        lua.write(
            f'wrk.method="POST"\nwrk.headers["Content-Type"]="application/json"\nwrk.body={json.dumps(json.dumps(body))}'
        )
        lua.flush()
        script = Path(lua.name)
        wrk(url, script, 64, seconds / 2, client_pin)  # warms up
        one, many = (wrk(url, script, connections, seconds, client_pin) for connections in (1, 64))
        return Round(ready, one, many, memory(process))


def table(rounds: dict[str, list[Round]]) -> str:
    lines = [
        f"| {' | '.join(HEADINGS)} |",
        "|---" * len(HEADINGS) + "|",
    ]

    def median(values: Iterable[float]) -> float:
        return statistics.median(values)

    ours = median(one.many.rate for one in next(iter(rounds.values())))
    for name, found in rounds.items():
        cells = [f"{median(r.many.rate for r in found):,.0f}", f"{ours / median(r.many.rate for r in found):.2f}"]
        cells += [f"{median(r.many.p50 for r in found):.2f} ms", f"{median(r.many.p99 for r in found):.2f} ms"]
        cells += [f"{median(r.one.rate for r in found):,.0f}"]
        cells += [f"{median(r.one.p50 for r in found):.2f} ms", f"{median(r.one.p99 for r in found):.2f} ms"]
        cells += [f"{median(r.memory for r in found):.0f} MB", f"{median(r.ready for r in found):.1f} s"]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(
    product: Annotated[str, typer.Argument(help="A product with a champion.")] = "titanic",
    rounds: Annotated[int, typer.Option(help="How often each server is measured.", min=1)] = 3,
    seconds: Annotated[float, typer.Option(help="How long each measurement takes.", min=1)] = 4,
    only: Annotated[list[str] | None, typer.Option(help="Only servers whose name has this; may be repeated.")] = None,
) -> None:
    """Requests a second, latencies, memory and start of this service and of others with the same model, as Markdown."""
    if not shutil.which("wrk"):
        sys.exit("serve: needs the load generator wrk: apt-get install wrk")
    registry = Registry(Paths.of(product).registry)
    champion = registry.champion()
    if champion is None:
        sys.exit(f"serve: {product} has no champion: bash final/pipeline.sh {product}")
    artifact, row = registry.artifact(champion), example_row(load(product).contract)
    expected = float(ProductModel.load(artifact).scores({name: [value] for name, value in row.items()})[0])
    chosen = [one for one in CONTENDERS if not only or any(part.lower() in one.name.lower() for part in only)]
    found: dict[str, list[Round]] = {one.name: [] for one in chosen}
    with progress() as bar:
        task = bar.add_task("bench", total=rounds * len(chosen))
        for _ in range(rounds):
            for contender in chosen:
                found[contender.name].append(one_round(contender, artifact, row, expected, seconds))
                bar.advance(task)
    print(table(found))


if __name__ == "__main__":
    typer.run(main)
