"""Tiers of tests by folder, and tests that need a tool: they skip if it is missing, or fail if REQUIRE names it."""

import gc
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Set
from pathlib import Path
from types import FrameType
from typing import NoReturn

import pytest
from execnet.gateway_base import WorkerPool
from xdist.workermanage import NodeManager

from tests.support.gitlab import missing_emulator

# jsonschema imports it if it is there, for a format that nothing here has; it takes four seconds
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

ROOT = Path(__file__).resolve().parent
# As git sets them inside a hook; they would lead the tests' git to the hook's repository.
for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"):
    os.environ.pop(name, None)
TIERS = ("unit", "pipeline", "system")
# The many short files of final's unit tier come last, so that no worker is left alone with a long one. The option
# `testpaths` would cost a second: for it pytest imports all these folders' conftest.py, and pandas, before any worker.
ORDER = ("lab4", "lab3", "lab5", "lab1", "lab2", "tests", "final")


def _docker() -> str | None:
    if not shutil.which("docker"):
        return "no program docker"
    done = subprocess.run(["docker", "info"], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else "no Docker engine answers"


def _program(*names: str, folders: str = "") -> str | None:
    path = os.pathsep.join(filter(None, [os.environ.get("PATH", ""), folders]))
    return None if any(shutil.which(n, path=path) for n in names) else f"no program {' or '.join(names)}"


TOOLS: dict[str, Callable[[], str | None]] = {
    "docker": _docker,
    "browser": lambda: _program("chromium", "chromium-browser", "google-chrome"),
    "gitlab": missing_emulator,
    "groovy": lambda: _program("groovy"),
    "postgres": lambda: _program(
        "postgres", folders=os.pathsep.join(map(str, Path("/usr/lib/postgresql").glob("*/bin")))
    ),
    "s3": lambda: _program("weed"),
    "sshd": lambda: _program("sshd", folders="/usr/sbin"),
}
_missing: dict[str, str | None] = {}


def required() -> set[str]:
    """Tools named in REQUIRE; a name nobody knows is an error, since it would require nothing."""
    names = set(os.environ.get("REQUIRE", "").split())
    if unknown := names - TOOLS.keys():
        raise pytest.UsageError(f"REQUIRE names {sorted(unknown)}; known are {sorted(TOOLS)}")
    return names


def lacks(reason: str, tools: Set[str] = TOOLS.keys()) -> NoReturn:
    """What a test lacks here: it is skipped, or it fails where REQUIRE names one of the tools."""
    if named := tools & required():
        pytest.fail(f"REQUIRE says {' '.join(sorted(named))}, but there is {reason}", pytrace=False)
    pytest.skip(f"{reason} here")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--tier",
        action="append",
        choices=[*TIERS, "usual"],
        help="run the tests below folders of this name; 'usual' is unit and pipeline, or all in the paths given",
    )
    parser.addoption("--slow", action="store_true", help="with --tier usual: also the tests that are marked slow")


def pytest_configure(config: pytest.Config) -> None:
    required()
    gc.disable()  # until the tests are collected: what is imported stays
    # Asked to end, as a CI does at its time limit, pytest ends as after Ctrl-C: it takes down what the tests started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(config, "workerinput"):
        signal.signal(signal.SIGTERM, _interrupt_once)
        signal.signal(signal.SIGINT, _interrupt_once)
    _give_workers(seconds=120)
    if config.getoption("tier") == ["usual"]:  # resolved here, since a worker of xdist is always given paths
        named = config.args_source is pytest.Config.ArgsSource.ARGS
        config.option.tier = list(TIERS if named else TIERS[:2])
        config.option.slow |= named
    else:
        config.option.slow = True


def _interrupt_once(number: int, frame: FrameType | None) -> NoReturn:
    """Interrupts a worker's test; execnet's own signal, five seconds later, must not interrupt what takes it down."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)
    raise KeyboardInterrupt


def _give_workers(seconds: int) -> None:
    """The time in which interrupted workers take down what their tests started; execnet gives them 10 seconds."""
    wait = WorkerPool.waitall

    def patient(pool: WorkerPool, timeout: float | None = None) -> bool:
        return wait(pool, seconds if timeout == 10 else timeout)

    WorkerPool.waitall = patient  # type: ignore[assignment, method-assign]
    NodeManager.EXIT_TIMEOUT = seconds


def pytest_report_header(config: pytest.Config) -> str | None:
    return None if config.getoption("slow") else "left out: tests marked slow; bash test.sh --slow runs them too"


def folder_tier(path: Path) -> str | None:
    """The tier of a file or folder of this repository: the folder below `tests`."""
    parts = path.relative_to(ROOT).parts if path.is_relative_to(ROOT) else ()
    below = parts[parts.index("tests") + 1 :] if "tests" in parts else ()
    return below[0] if below and below[0] in TIERS else None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Files of other tiers are not even imported."""
    tiers, tier = config.getoption("tier"), folder_tier(collection_path)
    return True if tiers and tier and tier not in tiers else None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> None:
    if not file_path.match("test_*.py") or not file_path.is_relative_to(ROOT):
        return
    if folder_tier(file_path) is None:
        raise parent.CollectError(
            f"{file_path.relative_to(ROOT)}: is in no tier; move it into tests/unit, tests/pipeline or tests/system"
        )


def _place(item: pytest.Item) -> int:
    """The place of the test's top folder in ORDER; -1 for a folder that is not there."""
    top = item.nodeid.split("/")[0]
    return ORDER.index(top) if top in ORDER else -1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each test is marked by its tier, so that `-m` can choose too; the folders come in ORDER."""
    items.sort(key=_place)
    tiers = config.getoption("tier") or TIERS
    for item in items:
        if tier := folder_tier(item.path):
            item.add_marker(tier)
    chosen = [
        item
        for item in items
        if any(item.get_closest_marker(tier) for tier in tiers)
        and (config.getoption("slow") or not item.get_closest_marker("slow"))
    ]
    if left_out := [item for item in items if item not in chosen]:
        config.hook.pytest_deselected(items=left_out)
        items[:] = chosen


def pytest_collection_finish() -> None:
    """The million objects that imports have made outlive the tests, so that no garbage collection need look at them."""
    gc.freeze()
    gc.enable()


def pytest_runtest_setup(item: pytest.Item) -> None:
    for tool in TOOLS.keys() & {mark.name for mark in item.iter_markers()}:
        if tool not in _missing:
            _missing[tool] = TOOLS[tool]()
        if reason := _missing[tool]:
            lacks(reason, {tool})


@pytest.fixture(scope="session")
def copy_repository() -> Callable[..., Path]:
    """A function that makes a clean checkout of the working tree, as a clone would be, with this environment in it.

    Given paths as git takes them, it is a checkout of these alone.
    """

    def copy(to: Path, *paths: str) -> Path:
        command = ["git", "ls-files", "-coz", "--exclude-standard", "--", *paths]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (to / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, to / name)
        # What is committed already comes as one file, not as one for each file; without its history.
        subprocess.run(["git", "init", "-q", "-b", "main"], cwd=to, check=True)
        subprocess.run(["git", "fetch", "-q", "--depth", "1", ROOT.as_uri(), "HEAD"], cwd=to, check=True)
        for name in ("FETCH_HEAD", "shallow"):
            (to / ".git" / name).unlink(missing_ok=True)
        subprocess.run(["git", "add", "-A"], cwd=to, check=True)
        identity = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"]
        # the place is in the message, so that two copies made in one second are two commits, with images of their own
        subprocess.run(["git", *identity, "commit", "-q", "-m", f"copy to {to}"], cwd=to, check=True)
        if (ROOT / ".venv").exists():
            (to / ".venv").symlink_to(ROOT / ".venv")
        return to

    return copy
