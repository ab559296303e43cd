"""The metrics: which task each is for, and whether higher is better."""

from dataclasses import dataclass
from typing import Literal

Task = Literal["binary", "multiclass", "regression"]
CLASSES: tuple[Task, ...] = ("binary", "multiclass")
MetricName = Literal["accuracy", "balanced_accuracy", "macro_f1", "roc_auc", "log_loss", "rmse", "mae", "r2"]


@dataclass(frozen=True)
class Kind:
    """`unit`: the metric is in the unit of a regression's target, not between 0 and 1."""

    tasks: tuple[Task, ...]
    higher_is_better: bool = True
    unit: bool = False


KINDS: dict[MetricName, Kind] = {
    "accuracy": Kind(CLASSES),
    "balanced_accuracy": Kind(CLASSES),
    "macro_f1": Kind(CLASSES),
    "roc_auc": Kind(CLASSES),
    "log_loss": Kind(CLASSES, higher_is_better=False),
    "rmse": Kind(("regression",), higher_is_better=False, unit=True),
    "mae": Kind(("regression",), higher_is_better=False, unit=True),
    "r2": Kind(("regression",)),
}
# the defaults of gates.metric, gates.slices.metric and gates.champion.metric
GATED: dict[Task, MetricName] = {"binary": "accuracy", "multiclass": "accuracy", "regression": "r2"}
SLICED: dict[Task, MetricName] = {"binary": "accuracy", "multiclass": "accuracy", "regression": "mae"}
COMPARED: dict[Task, MetricName] = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def of_task(task: Task) -> list[MetricName]:
    return [name for name, kind in KINDS.items() if task in kind.tasks]
