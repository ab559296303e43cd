"""Mutation testing of the code that decides: mutmut in a scratch copy, and its results as a table.

mutmut replaces one expression at a time (an operator, a number, a text, an argument) and runs the unit tests of the
package on the result. A mutant that fails a test is killed; one that fails none survives, and is either named in
equivalent_mutants.yaml, with the reason why no test can tell it from the original, or a test is missing.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from ruamel.yaml import YAML

from core.base.paths import FINAL

PACKAGES = {
    "gates": "core/gates/*",
    "metrics": "core/metrics/*",
    "registry": "core/registry/*",
    "table": "core/table/validation.py",
}
LEAST_KILLED = 0.9
EQUIVALENT = FINAL / "tests" / "equivalent_mutants.yaml"
KILLED = {"killed", "timeout"}  # an endless loop is noticed as well


@dataclass(frozen=True, order=True)
class Mutant:
    """One changed line, as it was and as it is, without indentation."""

    file: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.file}\n  - {self.before}\n  + {self.after}"


@dataclass
class Result:
    """What became of a file's mutants."""

    mutants: int = 0
    killed: int = 0
    equivalent: list[Mutant] = field(default_factory=list)
    survivors: list[Mutant] = field(default_factory=list)


def main(package: Annotated[str, typer.Argument(help=f"{', '.join(PACKAGES)}; else all of them.")] = "") -> None:
    """Print a table of mutants by file; exit code 1 if a survivor is not named, or too few of a file are killed."""
    if package and package not in PACKAGES:
        raise typer.BadParameter(f"{package} is not one of {', '.join(PACKAGES)}")
    equivalent = known_equivalent()
    results: dict[str, Result] = {}
    for one in [package] if package else PACKAGES:
        print(f"prove_gates: mutants of {PACKAGES[one]}", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
            scratch = Path(folder)
            copy_checkout(scratch)
            configure(scratch, one)
            run_mutmut(scratch)
            results |= read(scratch, equivalent)
    print(as_markdown(results))
    survivors = [mutant for result in results.values() for mutant in result.survivors]
    for mutant in survivors:
        print(f"survived, and is not in {EQUIVALENT.name}: {mutant}", file=sys.stderr)
    alive = {mutant for result in results.values() for mutant in result.equivalent}
    for mutant in sorted(mutant for mutant in equivalent - alive if mutant.file in results):
        print(f"is in {EQUIVALENT.name}, but did not survive: {mutant}", file=sys.stderr)
    weak = [file for file, result in results.items() if result.killed < LEAST_KILLED * result.mutants]
    for file in weak:
        print(f"{file}: fewer than {LEAST_KILLED:.0%} of the mutants were killed", file=sys.stderr)
    raise SystemExit(bool(survivors or weak))


def known_equivalent() -> set[Mutant]:
    """The mutants that a person has read: file -> reason -> the changed line as it was -> as it is, in each mutant."""
    listed = YAML(typ="safe").load(EQUIVALENT) or {}
    return {
        Mutant(file, before, after)
        for file, reasons in listed.items()
        for lines in reasons.values()
        for before, mutants in lines.items()
        for after in mutants
    }


def copy_checkout(scratch: Path) -> None:
    """The working tree's files, those of final/ at the top, since mutmut names modules by their path from there."""
    root = FINAL.parent
    command = ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, listed):
        source = root / name
        if source.is_file():
            target = scratch / name.removeprefix(f"{FINAL.name}/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def configure(scratch: Path, package: str) -> None:
    """Settings of mutmut and, since pytest starts anew for each mutant, as few of pytest's as the unit tests need."""
    copied = sorted(path.name for path in scratch.iterdir() if path.name != "core" and not path.name.startswith("."))
    # a simulation takes seconds and tells less of an expression than the exact tests; the source here is mutmut's
    left_out = "not in_a_simulation and not in_the_source"
    tables: dict[str, dict[str, Any]] = {
        "pytest.ini_options": {"pythonpath": ["."], "addopts": ["--import-mode=importlib", "-p", "no:cacheprovider"]},
        "mutmut": {
            "source_paths": ["core"],
            "only_mutate": [PACKAGES[package]],
            "also_copy": copied,
            "pytest_add_cli_args_test_selection": [f"tests/unit/core/{package}"],
            "pytest_add_cli_args": ["-k", left_out],
            "use_git_change_detection": False,
            "timeout_constant": 5.0,
        },
    }
    lines: list[str] = []
    for name, settings in tables.items():
        lines += [f"[tool.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in settings.items()), ""]
    (scratch / "pyproject.toml").write_text("\n".join(lines), encoding="utf-8")


def run_mutmut(scratch: Path) -> None:
    frugal = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"), "1")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(cores)]
    with (scratch / "mutmut.log").open("w+", encoding="utf-8") as log:
        done = subprocess.run(command, cwd=scratch, stdout=log, stderr=log, env={**os.environ, **frugal}, check=False)
        if done.returncode != 0:
            log.seek(0)
            sys.exit(f"mutmut failed with exit code {done.returncode}:\n{log.read()[-4000:]}")


def read(scratch: Path, equivalent: set[Mutant]) -> dict[str, Result]:
    """Results by file that has mutants, read where mutmut left them."""
    results: dict[str, Result] = {}
    survivors: dict[str, str] = {}  # name of the mutant -> file
    for file, name, status in statuses(scratch):
        result = results.setdefault(file, Result())
        result.mutants += 1
        if status in KILLED:
            result.killed += 1
        else:
            survivors[name] = file
    for file, diff in zip(survivors.values(), diffs(scratch, list(survivors)), strict=True):
        mutant = Mutant(file, *changed_lines(diff))
        kind = results[file].equivalent if mutant in equivalent else results[file].survivors
        kind.append(mutant)
    return results


def diffs(scratch: Path, names: list[str]) -> list[str]:
    """What each mutant changes; in a process of its own, since mutmut reads its settings from the folder."""
    program = (
        "import json, sys; from mutmut.mutation.diff_apply import get_diff_for_mutant as diff; "
        "print(json.dumps([diff(name) for name in json.load(sys.stdin)]))"
    )
    command = [sys.executable, "-c", program]
    shown = subprocess.run(command, cwd=scratch, input=json.dumps(names), capture_output=True, text=True, check=True)
    changes: list[str] = json.loads(shown.stdout)
    return changes


def statuses(scratch: Path) -> Iterator[tuple[str, str, str]]:
    """File, name and status of every mutant."""
    from mutmut.stats import status_by_exit_code

    for meta in sorted((scratch / "mutants" / "core").rglob("*.py.meta")):
        file = str(meta.relative_to(scratch / "mutants")).removesuffix(".meta")
        for name, exit_code in json.loads(meta.read_bytes())["exit_code_by_key"].items():
            yield file, name, status_by_exit_code[exit_code]


def changed_lines(diff: str) -> tuple[str, str]:
    """What a diff takes out and puts in; several lines are joined by a space."""
    lines = diff.splitlines()
    before = [line[1:].strip() for line in lines if line.startswith("-") and not line.startswith("---")]
    after = [line[1:].strip() for line in lines if line.startswith("+") and not line.startswith("+++")]
    return " ".join(before), " ".join(after)


def as_markdown(results: dict[str, Result]) -> str:
    rows = ["| file | mutants | killed | equivalent | survivors |", "|---|---|---|---|---|"]
    total = Result()
    for file, result in results.items():
        rows.append(_row(file, result))
        total.mutants += result.mutants
        total.killed += result.killed
        total.equivalent += result.equivalent
        total.survivors += result.survivors
    return "\n".join([*rows, _row("all", total)])


def _row(name: str, result: Result) -> str:
    killed = f"{result.killed} ({result.killed / result.mutants:.1%})" if result.mutants else "0"
    return f"| {name} | {result.mutants:,} | {killed} | {len(result.equivalent)} | {len(result.survivors)} |"


if __name__ == "__main__":
    typer.run(main)
