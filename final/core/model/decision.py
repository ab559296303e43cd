"""From which probability on the positive class of two is acted on, by what wrong decisions cost.

With calibrated probabilities that is false_alarm / (false_alarm + missed): C. Elkan, "The Foundations of Cost-Sensitive
Learning", 2001. Another threshold is chosen only where it is clearly cheaper on rows that the model was not fitted on.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from core.base.digits import rounded
from core.base.files import as_json
from core.metrics.weights import Weights, mean_and_error, or_ones, scaled
from core.spec.decision import Costs, Decision

FILE = "decision.json"
STANDARD_ERRORS = 2.0
POINTS = 101  # of a curve


@dataclass(frozen=True)
class Rule:
    """The positive class is acted on where its probability is above the threshold."""

    threshold: float

    @classmethod
    def of(cls, declared: Decision, actual: np.ndarray, scores: np.ndarray, weights: Weights = None) -> Self:
        """From rows that the model was not fitted on: 1 for the positive class, its probability, the weight; (n,)."""
        if declared.costs is None:
            return cls(float(declared.threshold or 0))
        return cls(rounded(cheapest(declared.costs, actual, scores, scaled(weights))))

    def save(self, folder: Path) -> None:
        (folder / FILE).write_bytes(as_json(asdict(self)))

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """None where the likelier class is all that is answered."""
        path = folder / FILE
        return cls(**json.loads(path.read_bytes())) if path.exists() else None


def cost(costs: Costs, actual: np.ndarray, is_positive: np.ndarray) -> np.ndarray:
    """Of each row by what is decided, shape (n,)."""
    return np.where(actual == 1, costs.missed * ~is_positive, costs.false_alarm * is_positive)


def cheapest(costs: Costs, actual: np.ndarray, scores: np.ndarray, weights: Weights = None) -> float:
    """The threshold that costs the least on these rows, if it is clearly cheaper than the one of the theory."""
    theory = costs.false_alarm / (costs.false_alarm + costs.missed)
    order = np.argsort(scores, kind="stable")
    ends = np.flatnonzero(np.diff(scores[order]) > 0)  # a threshold lies between two scores
    if not len(ends):
        return theory
    counted = or_ones(weights, len(actual))[order]
    missed = costs.missed * np.cumsum(counted * (actual[order] == 1))[ends]
    false_alarms = costs.false_alarm * np.cumsum((counted * (actual[order] != 1))[::-1])[::-1][ends + 1]
    place = ends[np.argmin(missed + false_alarms)]
    best = float(scores[order][place : place + 2].mean())
    saved = cost(costs, actual, scores > theory) - cost(costs, actual, scores > best)
    gain, error = mean_and_error(saved, weights)
    return best if gain > STANDARD_ERRORS * error else theory


def figures(
    rule: Rule, costs: Costs | None, actual: np.ndarray, scores: np.ndarray, weights: Weights = None
) -> dict[str, Any]:
    """What the decisions are, and with costs the mean cost of a row, beside other ways to decide, and by threshold.

    Costs are of weighted rows; what is missed and false alarms are counted.
    """
    decided = scores > rule.threshold
    counted = {
        "threshold": rule.threshold,
        "missed": int((~decided & (actual == 1)).sum()),
        "false_alarms": int((decided & (actual != 1)).sum()),
        "rows": len(actual),
    }
    if costs is None:
        return counted

    def mean_cost(is_positive: np.ndarray) -> float:
        return float(np.average(cost(costs, actual, is_positive), weights=weights))

    ways = {"always": scores >= 0, "never": scores < 0, "likelier": scores > 0.5}
    curve = [[float(at), mean_cost(scores > at)] for at in np.linspace(0, 1, POINTS).round(9)]
    return {
        **counted,
        "cost": mean_cost(decided),
        **{name: mean_cost(way) for name, way in ways.items()},
        "curve": curve,
    }
