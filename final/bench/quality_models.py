"""The models that are compared, each a program of its own: python PROGRAM MODEL FOLDER TASK LIMIT FOLD...

FOLDER is as in quality_workspace.py. For each fold the program writes scores_FOLD.npy and then prints a line of JSON:
{"fold": number, "train": seconds, "processors": seconds, "predict": seconds}.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import typer

from bench.environments import PEERS, python_of
from bench.public_tables import PublicTable
from core.base.paths import FINAL

OURS: dict[str, dict[str, str]] = {  # settings of the model
    "product": {},
    "product-fast": {"quality": "fast"},
    "product-best": {"quality": "best"},
    "product-catboost": {"estimator": "catboost"},
    "product-linear": {"estimator": "linear"},
}
PEER_MODELS = ("catboost", "lightgbm", "hist-gradient-boosting")
AUTOGLUON = ("medium_quality", "good_quality", "best_quality")
DEFAULTS = ("product", *PEER_MODELS, *AUTOGLUON)


class FailedError(Exception):
    """A program that gave no answer for a table."""


class Prepared(Protocol):
    """What a program is told of a table."""

    @property
    def table(self) -> PublicTable: ...

    @property
    def folder(self) -> Path: ...


@dataclass(frozen=True)
class Answer:
    """That the scores of a fold's test rows are there, and the seconds that they took by the clock.

    `processor_seconds` are of all cores together, while it trained.
    """

    number: int
    train_seconds: float
    processor_seconds: float
    predict_seconds: float


@dataclass(frozen=True)
class Contender:
    """`version` is a hash of what the model is made of: with another one it is measured again."""

    name: str
    version: str
    command: tuple[str, ...]
    limit: int = 0

    def answers(self, workspace: Prepared, folds: Sequence[int]) -> Iterator[Answer]:
        """An answer for each fold, as it comes. Raises FailedError."""
        words = [str(workspace.folder), workspace.table.task, str(self.limit), *map(str, folds)]
        # threads of OpenMP that wait by spinning take a busy machine's cores from each other
        environment = os.environ | {"PYTHONPATH": str(FINAL), "OMP_WAIT_POLICY": "passive"}
        remarks = workspace.folder / "stderr.txt"  # AutoGluon names every model that it goes without
        with (
            remarks.open("w") as stderr,
            subprocess.Popen(
                [*self.command, *words], stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment
            ) as process,
        ):
            for line in process.stdout or ():
                fold = json.loads(line)
                yield Answer(fold["fold"], fold["train"], fold["processors"], fold["predict"])
        if process.returncode != 0:
            last = remarks.read_text().strip().rpartition("\n")[2]
            raise FailedError(f"exit code {process.returncode}: {last}")


def _hash(files: list[Path]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def contenders(names: Sequence[str], limit: int) -> list[Contender]:
    """The models of these names; `limit` seconds for each fold are AutoGluon's. Raises typer.BadParameter."""
    choices = [*OURS, *PEER_MODELS, *AUTOGLUON]
    if unknown := [name for name in names if name not in choices]:
        raise typer.BadParameter(f"--models: no {', '.join(unknown)}; there are {', '.join(choices)}")
    return [_contender(name, limit) for name in names]


def _contender(name: str, limit: int) -> Contender:
    if name in OURS:
        version = _hash(sorted((FINAL / "core").rglob("*.py")))
        return Contender(name, version, (sys.executable, "-P", "-m", "bench.quality_product", json.dumps(OURS[name])))
    program = PEERS / "tabular.py"
    version, python = _hash([program, PEERS / "tabular.txt"]), str(python_of("tabular"))
    if name in AUTOGLUON:
        return Contender(f"AutoGluon {name}, {limit} s", version, (python, str(program), name), limit)
    return Contender(name, version, (python, str(program), name))
