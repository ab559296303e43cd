"""The file of results: a line of JSON for each model, table and fold, written as soon as it is measured."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from core.spec.metric_names import Task

Key = tuple[str, str, str, str, int, int, int]


@dataclass(frozen=True)
class Result:
    """One fold. `data` and `version` are hashes of what was measured: of the table, and of the model's program.

    `metrics` are all of the task's; `train_seconds` and `microseconds` (for a row of the test part) are by the
    clock, `processor_seconds` those of all cores while it trained.
    """

    table: str
    task: Task
    set_aside: bool
    rows: int
    columns: int
    data: str
    model: str
    version: str
    folds: int
    repeat: int
    fold: int
    metrics: dict[str, float]
    train_seconds: float
    processor_seconds: float
    microseconds: float

    @property
    def key(self) -> Key:
        return self.table, self.data, self.model, self.version, self.folds, self.repeat, self.fold


def append(result: Result, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.is_file() and not file.read_bytes().endswith(b"\n"):
        with file.open("a", encoding="utf-8") as lines:
            lines.write("\n")  # the last line was cut off
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(result)) + "\n")


def read(file: Path) -> list[Result]:
    """The results; none without a file. A line that was cut off is left out."""
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    return [Result(**json.loads(line)) for line in lines if line.endswith("}")]
