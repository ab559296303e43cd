"""`python -m bench.faults`: kill -9 at random moments, and a full disk at every write."""

import errno
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Annotated

import httpx
import psutil
import typer

from core.base.errors import UserError
from core.base.files import folder_hash
from core.base.paths import FINAL
from core.registry.registry import Registry, RegistryError

NAME = "shop"
AT_ONCE = 2
SHARES = {"promotion": 32, "rollback": 30, "batch": 10, "batch, resumed": 10, "service": 10, "pipeline": 8}  # of 100
PAGE = 4096


@dataclass
class Row:
    """A line of the table of kills."""

    kills: int = 0
    acknowledged: int = 0
    problems: list[str] = field(default_factory=list)


# --- a scratch clone with a small product


def table(path: Path, rows: int) -> None:
    numbers = random.Random(1)
    lines = ["id,size,shape,y"]
    for row in range(rows):
        size, shape = numbers.gauss(0, 1), numbers.choice("abc")
        lines.append(f"{row},{size:.3f},{shape},{int(size + (shape == 'a') + numbers.gauss(0, 0.7) > 0.4)}")
    path.write_text("\n".join(lines) + "\n")


@contextmanager
def clone() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="faults-") as scratch:
        root = Path(scratch) / "clone"
        subprocess.run(["git", "clone", "-q", str(FINAL.parent), str(root)], check=True)
        (root / ".venv").symlink_to((FINAL.parent / ".venv").resolve())
        table(root / "shop.csv", 240)
        table(root / "rows.csv", 40_000)
        table(root / "many_rows.csv", 200_000)
        run(root, "pipeline.sh", "--data", str(root / "shop.csv"), "--target", "y", "--name", NAME)
        yield root


def start(root: Path, script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["bash", str(root / "final" / script), *arguments],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(root: Path, script: str, *arguments: str) -> float:
    """The seconds that it took. Raises UserError with its last words if it failed."""
    began = time.monotonic()
    process = start(root, script, *arguments)
    _, words = process.communicate(timeout=570)
    if process.returncode:
        raise UserError(f"{script} {' '.join(arguments)}: exit code {process.returncode}: {words.strip()[-300:]}")
    return time.monotonic() - began


def registry_of(root: Path) -> Registry:
    return Registry(root / "final" / "products" / NAME / "registry")


# --- kills


def decide(kind: str, folder: str) -> None:
    """Decisions without end; each is printed when it was made."""
    registry = Registry(Path(folder))
    files = Path(tempfile.mkdtemp(dir=registry.folder.parent))
    for number in count():
        why = f"{os.getpid()} {number}"
        try:
            if kind == "promotion":
                (files / "weights").write_text(why)
                registry.promote(registry.add(files), why)
            else:
                registry.rollback(why, random.choice(registry.known()))
        except RegistryError:
            continue  # the other one was faster
        print(why, flush=True)


def kill_decisions(root: Path, kind: str, moment: random.Random) -> tuple[int, list[str]]:
    """Decisions that were acknowledged before the kill, and what is wrong afterwards."""
    registry = registry_of(root)
    program = f"from bench.faults import decide; decide({kind!r}, {str(registry.folder)!r})"
    writers = [
        subprocess.Popen([sys.executable, "-P", "-c", program], stdout=subprocess.PIPE, text=True)
        for _ in range(AT_ONCE)
    ]
    first = [writer.stdout.readline() for writer in writers if writer.stdout]
    time.sleep(moment.random() * 0.3)
    for writer in writers:
        writer.kill()
    rest = "".join(writer.communicate()[0] for writer in writers)
    acknowledged = {line for line in ("".join(first) + rest).split("\n") if line}
    lost = acknowledged - {entry["why"] for entry in registry.log.entries()}
    return len(acknowledged), [f"{len(lost)} decisions lost"] if lost else []


def kill_command(process: subprocess.Popen[str], seconds: float) -> None:
    """SIGKILL to the process; those that it started must end by themselves."""
    time.sleep(seconds)
    family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.kill()
    process.communicate()
    psutil.wait_procs(family, timeout=30)
    for child in family:
        if child.is_running():
            child.kill()


def kill_batch(root: Path, moment: random.Random) -> list[str]:
    expected, output = root / "expected.csv", root / "answers.csv"
    if not expected.exists():
        run(root, "score.sh", str(root / "rows.csv"), str(expected), "--product", NAME, "--target", "ignore")
    words = [str(root / "rows.csv"), str(output), "--product", NAME, "--target", "ignore"]
    for process in [start(root, "score.sh", *words) for _ in range(AT_ONCE)]:
        kill_command(process, moment.random() * 2)
    wrong = output.exists() and output.read_bytes() != expected.read_bytes()
    run(root, "score.sh", *words)
    wrong = wrong or output.read_bytes() != expected.read_bytes()
    output.unlink()
    return ["half an answer was left"] if wrong else []


def kill_resumed(root: Path, moment: random.Random) -> list[str]:
    """Killed, resumed and killed again, then resumed to the end."""
    expected, output = root / "whole.csv", root / "resumed.csv"
    words = ["--product", NAME, "--target", "ignore"]
    began = time.monotonic()
    run(root, "score.sh", str(root / "many_rows.csv"), str(expected), *words)
    seconds = time.monotonic() - began
    for number in range(AT_ONCE):
        resume = ["--resume"] if number else []
        process = start(root, "score.sh", str(root / "many_rows.csv"), str(output), *words, *resume)
        kill_command(process, moment.uniform(0.3, 1) * seconds)
        if output.exists() and output.read_bytes() != expected.read_bytes():
            return ["half an answer was left"]
    run(root, "score.sh", str(root / "many_rows.csv"), str(output), *words, "--resume")
    same = output.read_bytes() == expected.read_bytes()
    left = [path.name for path in root.glob("resumed.csv.*")]
    output.unlink()
    return ([] if same else ["a resumed run gave other bytes"]) + [f"{name} was left" for name in left]


def kill_service(root: Path, moment: random.Random) -> list[str]:
    for process in [start(root, "serve.sh", NAME, "--port", "0") for _ in range(AT_ONCE)]:
        kill_command(process, moment.random() * 2)
    process = start(root, "serve.sh", NAME, "--port", "0")
    try:
        words = ""
        for line in process.stderr or []:
            words += line
            if url := re.match(r"curl (http://[^/]+)", line):
                with httpx.Client(transport=httpx.HTTPTransport(), timeout=30) as client:
                    ready = client.get(f"{url[1]}/readyz")
                return [] if ready.is_success else [f"not ready: {ready.text[:200]}"]
        return [f"it did not start: {words[-300:]}"]
    finally:
        process.terminate()
        process.communicate(timeout=60)


def kill_pipeline(root: Path, moment: random.Random, seconds: float) -> list[str]:
    file = root / "final" / "products" / NAME / "product.yaml"
    file.write_text(re.sub(r"seed: (\d+)", lambda seed: f"seed: {int(seed[1]) + 1}", file.read_text(), count=1))
    processes = [start(root, "pipeline.sh", NAME) for _ in range(AT_ONCE)]
    time.sleep(moment.random() * seconds)
    for process in processes:  # with its stages, as when a machine is switched off
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    complete(root)
    run(root, "pipeline.sh", NAME)
    return []


def complete(root: Path) -> None:
    """Raises UserError unless the champion is complete, by the log and by its bytes."""
    registry = registry_of(root)
    registry.artifact(registry.required_champion())


def kills(root: Path, number: int, seed: int) -> dict[str, Row]:
    moment = random.Random(seed)
    file = root / "final" / "products" / NAME / "product.yaml"
    file.write_text(file.read_text() + "# edited by hand\n")
    champion = registry_of(root).required_champion()
    seconds = run(root, "pipeline.sh", NAME, "--force")
    rows: dict[str, Row] = {}
    for kind, share in SHARES.items():
        row = rows[kind] = Row()
        for _ in range(max(1, round(share * number / 100 / AT_ONCE))):
            row.kills += AT_ONCE
            try:
                if kind in ("promotion", "rollback"):
                    acknowledged, problems = kill_decisions(root, kind, moment)
                    row.acknowledged += acknowledged
                    row.problems += problems
                elif kind == "batch":
                    row.problems += kill_batch(root, moment)
                elif kind == "batch, resumed":
                    row.problems += kill_resumed(root, moment)
                elif kind == "service":
                    row.problems += kill_service(root, moment)
                else:
                    row.problems += kill_pipeline(root, moment, seconds)
                complete(root)
            except (UserError, OSError, subprocess.TimeoutExpired) as error:
                row.problems.append(f"{type(error).__name__}: {error}")
        if kind == "rollback":  # the others need a model that answers
            run(root, "rollback.sh", NAME, "--to", champion, "--why", "after the kills")
        print(f"{kind}: {row.kills} kills, {len(row.problems)} problems", file=sys.stderr)
    return rows


# --- a full disk


@contextmanager
def disk(megabytes: int) -> Iterator[Path]:
    """A file system in memory. Raises OSError without the right to mount one."""
    with tempfile.TemporaryDirectory(prefix="faults-disk-") as folder:
        words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
        if subprocess.run(words, capture_output=True, check=False).returncode:
            raise PermissionError(errno.EPERM, "no right to mount a file system")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def filled(folder: Path, pages: int) -> Iterator[None]:
    """A file that leaves so many pages free."""
    filler = folder / "filler"
    room = os.statvfs(folder)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail - pages) * PAGE)
    try:
        yield
    finally:
        filler.unlink()


def full_disk(root: Path) -> dict[str, tuple[int, list[str]]]:
    """For each act: how often the disk was full, and what was wrong afterwards."""
    with disk(64) as folder:
        registry = Registry(folder / NAME / "registry")
        files = registry_of(root).artifact(registry_of(root).required_champion())
        others = [folder / f"other {number}" for number in range(2)]
        for number, other in enumerate(others):
            shutil.copytree(files, other)
            (other / "note").write_text(str(number))
            registry.promote(registry.add(other), "prepared")
        acts: dict[str, Callable[[], object]] = {
            "add a model": lambda: registry.add(files),
            "promote": lambda: registry.promote(registry.add(others[0]), "x" * 3 * PAGE),
            "keep": lambda: registry.keep("0" * 64, "x" * 3 * PAGE),
            "roll back": lambda: registry.rollback(
                "x" * 3 * PAGE, next(iter(set(registry.known()) - {registry.champion()}))
            ),
        }
        return {name: fill_until_it_fits(folder, registry, act) for name, act in acts.items()}


def fill_until_it_fits(folder: Path, registry: Registry, act: Callable[[], object]) -> tuple[int, list[str]]:
    """Page by page, until there is room for all of it."""
    problems: list[str] = []
    pages = 0
    while not fits(folder, registry, act, pages, problems):
        pages += 1
    return pages, problems


def fits(folder: Path, registry: Registry, act: Callable[[], object], pages: int, problems: list[str]) -> bool:
    """Whether the act goes through with so many pages free; if not, the registry must be as it was."""
    before = folder_hash(registry.folder)
    try:
        with filled(folder, pages):
            act()
    except OSError as error:
        if error.errno != errno.ENOSPC:
            problems.append(f"{pages} pages free: {error}")
        if folder_hash(registry.folder) != before:
            problems.append(f"{pages} pages free: the registry is not as it was")
        return False
    finally:
        registry.artifact(registry.required_champion())
    return True


def main(
    number: Annotated[int, typer.Option("--kills", help="How many, of all kinds.", min=10)] = 100,
    seed: Annotated[int, typer.Option(help="Of the moments.")] = 0,
) -> None:
    """Kill and fill, then say what survived."""
    with clone() as root:
        rows = kills(root, number, seed)
        try:
            full = full_disk(root)
        except PermissionError as error:
            print(f"full disk: not tried: {error.strerror}", file=sys.stderr)
            full = {}
    print("| killed, two at once | kills | decisions acknowledged | problems |\n|---|---|---|---|")
    for kind, row in rows.items():
        print(f"| {kind} | {row.kills} | {row.acknowledged or ''} | {len(row.problems)} |")
    total = sum(row.kills for row in rows.values())
    print(f"| all | {total} | {sum(row.acknowledged for row in rows.values())} | ", end="")
    problems = [f"{kind}: {problem}" for kind, row in rows.items() for problem in row.problems]
    print(f"{len(problems)} |\n\n| full disk | times without room | problems |\n|---|---|---|")
    for act, (times, wrong) in full.items():
        print(f"| {act} | {times} | {len(wrong)} |")
        problems += [f"full disk, {act}: {problem}" for problem in wrong]
    if problems:
        sys.exit("\n".join(["faults:", *problems]))


if __name__ == "__main__":
    typer.run(main)
