"""Single rows over one connection, alone and while a batch as CSV is under way in the same server; score.sh next to it.

The client asks one row after the other; p50 and p99 are over all rows of a phase. Both use the machine as it is: with
two cores, server, batch process and client share them.
"""

import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import httpx
import psutil
import typer

from bench.serve import until_ready
from bench.servers import CONTENDERS, running
from core.base.paths import Paths
from core.registry.registry import Registry
from core.spec.request import example_row
from core.spec.yaml_file import load


def ask(port: int, body: bytes, going: Callable[[], bool]) -> list[float]:
    """Milliseconds of each row asked while `going`."""
    line, milliseconds = http.client.HTTPConnection("127.0.0.1", port, timeout=30), []
    while going():
        began = time.perf_counter()
        line.request("POST", "/predict", body, {"content-type": "application/json"})
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"interference: a single row was answered {answer.status}")
        milliseconds.append((time.perf_counter() - began) * 1e3)
    return milliseconds


def percentiles(times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=100)
    return cuts[49], cuts[98]


def table(header: list[str], cells: list[str], rows: int) -> Iterator[bytes]:
    """A CSV of equal rows, in pieces."""
    quoted = [f'"{cell}"' if cell else "" for cell in cells]
    yield (",".join(f'"{name}"' for name in header) + "\n").encode()
    line = (",".join(quoted) + "\n").encode()
    for _ in range(rows // 1000):
        yield line * 1000


def seconds_of_score(artifact: Path, content: Iterator[bytes]) -> float:
    """How long score.sh takes from the same CSV in a file to a CSV."""
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "rows.csv"
        with source.open("wb") as file:
            file.writelines(content)
        command = [sys.executable, "-P", "-m", "scoring", "--model", str(artifact), str(source), f"{scratch}/out.csv"]
        began = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.monotonic() - began


def main(
    product: Annotated[str, typer.Argument(help="A product with a champion.")] = "titanic",
    rows: Annotated[int, typer.Option(help="Rows of the batch, in thousands rounded down.", min=1000)] = 1_000_000,
    seconds: Annotated[float, typer.Option(help="How long single rows are asked alone.", min=1)] = 10,
) -> None:
    """p50 and p99 of single rows alone and beside a large batch, as Markdown."""
    registry = Registry(Paths.of(product).registry)
    champion = registry.champion()
    if champion is None:
        sys.exit(f"interference: {product} has no champion: bash final/pipeline.sh {product}")
    row = example_row(load(product).contract)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running(CONTENDERS[0], registry.artifact(champion), port, []) as process:
        until_ready(f"http://127.0.0.1:{port}/predict", row, process)
        body = json.dumps(row).encode()
        url = f"http://127.0.0.1:{port}/predict/batch"
        httpx.post(url, json=[row], timeout=60)  # the batch process is there
        end = time.monotonic() + seconds
        alone = percentiles(ask(port, body, lambda: time.monotonic() < end))
        batches: list[tuple[float, str, str]] = []  # seconds, rows, bad rows

        cells = ["" if value is None else str(value) for value in row.values()]

        def batch() -> None:
            began = time.monotonic()
            answer = httpx.post(
                url, content=table(list(row), cells, rows), headers={"content-type": "text/csv"}, timeout=3600
            )
            batches.append((time.monotonic() - began, answer.headers["x-rows"], answer.headers["x-rows-invalid"]))

        batch()
        thread = threading.Thread(target=batch)
        thread.start()
        beside = percentiles(ask(port, body, thread.is_alive))
        thread.join()
        family = [psutil.Process(process), *psutil.Process(process).children(recursive=True)]
        memory = sum(member.memory_info().rss for member in family) / 1e6
    (by_itself, answered, invalid), (took, *_) = batches
    by_score = seconds_of_score(registry.artifact(champion), table(list(row), cells, rows))
    print("| single rows | p50 | p99 |\n|---|---|---|")
    print(f"| alone | {alone[0]:.2f} ms | {alone[1]:.2f} ms |")
    print(f"| beside the batch | {beside[0]:.2f} ms | {beside[1]:.2f} ms |")
    print(f"\np99 x {beside[1] / alone[1]:.1f}; {memory:.0f} MB. {answered} rows ({invalid} bad) take\n")
    print(f"| by | seconds | times score.sh |\n|---|---|---|\n| score.sh | {by_score:.1f} | 1.00 |")
    print(f"| the service | {by_itself:.1f} | {by_itself / by_score:.2f} |")
    print(f"| the service beside single rows | {took:.1f} | {took / by_score:.2f} |")


if __name__ == "__main__":
    typer.run(main)
