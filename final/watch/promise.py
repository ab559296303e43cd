"""What the hold-out promises of a model, and the loss that is expected of rows without labels.

For classes this is CBPE, confidence-based performance estimation (NannyML): the mean probability that the most likely
class is right, here by an isotonic regression of "was right" on the confidence over the hold-out (Zadrozny and Elkan
2002). For a regression it is the mean absolute error of the hold-out's rows with similar predictions. Both follow rows
that become harder, and neither sees that the target itself has changed: only labels show that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.stats import binomtest

from core.metrics.metrics import chosen
from core.spec.metric_names import Task
from core.spec.watch import Watch

TAIL = 0.99  # errors of a regression beyond this quantile of the hold-out's count as that
SIMILAR = 30  # rows of the hold-out with similar predictions, at least
GROUPS = 10
RESAMPLES = 100
MOST = 20_000  # rows of the hold-out that the estimate is made of
Z = 1.96
DEFAULT = Watch()
Estimate = Callable[[np.ndarray], np.ndarray]  # the expected losses at signals, shape (n,)


@dataclass(frozen=True)
class Figure:
    """A mean with its 95 % interval, in the unit of the measure."""

    value: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True)
class Promise:
    """Of one model: scores as ProductModel.scores gives them, and targets as `codes` does, of the hold-out's rows."""

    task: Task
    scores: np.ndarray
    target: np.ndarray
    watch: Watch = DEFAULT

    @property
    def measure(self) -> str:
        return "mean absolute error" if self.task == "regression" else "accuracy"

    @cached_property
    def unit(self) -> float:
        """The greatest loss; losses are shares of it, in [0, 1]."""
        if self.task != "regression":
            return 1.0
        return float(np.quantile(np.abs(self.scores - self.target), TAIL)) or 1.0

    def losses(self, scores: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Of each row, in [0, 1], shape (n,): whether the class is wrong, or the error as a share of `unit`."""
        if self.task == "regression":
            return np.asarray(np.minimum(np.abs(scores - target) / self.unit, 1.0))
        return np.asarray(chosen(scores) != target, dtype=float)

    def expected(self, scores: np.ndarray) -> np.ndarray:
        """The loss that is expected of each row without its label, shape (n,)."""
        return self._estimate(signal(scores, self.task))

    @cached_property
    def _sample(self) -> np.ndarray:
        """Places of the hold-out's rows that the estimate is made of."""
        return np.random.default_rng(0).permutation(len(self.scores))[:MOST]

    @cached_property
    def _estimate(self) -> Estimate:
        return self._fitted(self._sample)

    def _fitted(self, places: np.ndarray) -> Estimate:
        """The estimate that these rows of the hold-out give."""
        held, losses = signal(self.scores, self.task)[places], self._held_losses[places]
        if self.task != "regression":
            return falling(held, losses)
        groups = max(1, min(GROUPS, len(held) // SIMILAR))
        edges = np.quantile(held, np.arange(1, groups) / groups)
        means = shrunk_means(losses, np.searchsorted(edges, held), groups)
        return lambda signals: np.asarray(means[np.searchsorted(edges, signals)])

    @cached_property
    def _held_losses(self) -> np.ndarray:
        return self.losses(self.scores, self.target)

    @cached_property
    def holdout(self) -> Figure:
        return self.realised(self.scores, self.target)

    def realised(self, scores: np.ndarray, target: np.ndarray) -> Figure:
        """The performance on rows with labels; the interval is Wilson's for classes, the normal one for errors."""
        losses = self.losses(scores, target)
        if self.task != "regression":
            return share(1 - losses)
        return self._figure(float(losses.mean()), float(losses.std() / np.sqrt(len(losses))), len(losses))

    def estimated(self, scores: np.ndarray) -> Figure:
        """The performance that is expected on rows without labels.

        The interval holds the realised performance of these very rows: it has the luck of the hold-out (a bootstrap of
        its rows) and of the rows' own outcomes.
        """
        rng = np.random.default_rng(0)
        signals, rows = signal(scores, self.task), len(self._sample)
        means = [self._fitted(self._sample[rng.integers(0, rows, rows)])(signals).mean() for _ in range(RESAMPLES)]
        expected = self.expected(scores)
        if self.task == "regression":
            outcome = float(np.var(self._held_losses - self.expected(self.scores)))
        else:
            outcome = float((expected * (1 - expected)).mean())
        return self._figure(float(expected.mean()), float(np.sqrt(np.var(means) + outcome / len(scores))), len(scores))

    def mean_expected(self, scores: np.ndarray) -> float:
        """The value of `estimated` alone."""
        return self._figure(float(self.expected(scores).mean()), 0.0, len(scores)).value

    def _figure(self, loss: float, error: float, rows: int) -> Figure:
        low, high = max(loss - Z * error, 0.0), min(loss + Z * error, 1.0)
        if self.task == "regression":
            return Figure(loss * self.unit, low * self.unit, high * self.unit, rows)
        return Figure(1 - loss, 1 - high, 1 - low, rows)

    @cached_property
    def allowed(self) -> float:
        """The worst performance that is no alarm."""
        if self.task == "regression":
            return self.watch.ceiling or self.holdout.high * (1 + self.watch.tolerance)
        return self.watch.floor or max(self.holdout.low - self.watch.tolerance, 0.01)

    @property
    def allowed_loss(self) -> float:
        """The same as a loss, in (0, 1)."""
        loss = self.allowed / self.unit if self.task == "regression" else 1 - self.allowed
        return float(np.clip(loss, 0.001, 0.999))


def shrunk_means(losses: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """The mean loss of each group, nearer to that of all rows the more of the difference is luck; shape (groups,).

    What stays of the differences is 1 - 1/F, F being their variance as a multiple of what luck alone would give.
    Otherwise the group that looks worst would be on average less bad than it looks.
    """
    rows = np.bincount(group, minlength=groups)
    means = np.bincount(group, losses, minlength=groups) / np.maximum(rows, 1)
    overall = losses.mean()
    between = (rows * (means - overall) ** 2).sum() / max(groups - 1, 1)
    within = ((losses - means[group]) ** 2).sum() / max(len(losses) - groups, 1)
    kept = max(0.0, 1 - within / between) if between > 0 else 0.0
    return np.asarray(overall + kept * (means - overall))


def falling(signals: np.ndarray, losses: np.ndarray) -> Estimate:
    """The losses as a function of the signal that nowhere rises: lines between the signals, level beyond them.

    As IsotonicRegression(increasing=False, out_of_bounds="clip") of scikit-learn gives it, in a seventh of the time.
    """
    levels, place, rows = np.unique(signals, return_inverse=True, return_counts=True)
    means = np.bincount(place, losses) / rows
    fitted = isotonic_regression(means, weights=rows, increasing=False)
    return lambda asked: np.asarray(np.interp(asked, levels, fitted.x))


def share(hits: np.ndarray) -> Figure:
    """The share of ones, of one row or more, with Wilson's 95 % interval."""
    interval = binomtest(int(hits.sum()), len(hits)).proportion_ci(method="wilson")
    return Figure(float(hits.mean()), float(interval.low), float(interval.high), len(hits))


def signal(scores: np.ndarray, task: Task) -> np.ndarray:
    """What the expected loss depends on, shape (n,): the confidence in the answer, or the predicted value."""
    if task == "regression":
        return scores
    return np.maximum(scores, 1 - scores) if scores.ndim == 1 else np.asarray(scores.max(axis=1))
