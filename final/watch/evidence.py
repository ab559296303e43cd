"""Evidence that a mean is above its limit, looked at as often as anybody likes.

A betting process: at each row a share of the wealth is bet on the value being above the limit. While the mean is not
above it, the wealth does not grow on average, so great wealth is evidence (Waudby-Smith and Ramdas 2024, "Estimating
means of bounded random variables by betting", JRSS B 86). Several sizes of the bet are averaged, since the best one is
not known. A change may come at any look, so at each look a new process with a wealth of 1 joins the earlier ones: a
Shiryaev-Roberts e-detector (Shin, Ramdas and Rinaldo 2024, "E-detectors: a nonparametric framework for sequential
change detection", NEJSDS 2). Its mean time to a false alarm at threshold c is at least c looks. With K detectors, each
at K times the threshold, that holds for all of them together.
"""

import math
from dataclasses import dataclass, field

import numpy as np

LOOKS = 1000  # between two false alarms of all checks of a model, on average and at least
BETS = np.array([0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7])  # shares of the largest bet that cannot lose everything


def threshold(checks: int) -> float:
    """The log of the wealth at which one of so many checks is an alarm."""
    return math.log(LOOKS * checks)


@dataclass
class Detector:
    """Tests that each of P means of values in [0, 1] is at most its limit.

    `limits` has shape (P,); a limit of 1 is never passed. `log_wealth` has shape (P, bets), -inf before the first look.
    """

    limits: np.ndarray
    most: float  # the log of the wealth that an alarm needs; no part keeps more than makes one by itself
    log_wealth: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.log_wealth = np.full((len(self.limits), len(BETS)), -math.inf)

    def growth(self, values: np.ndarray) -> np.ndarray:
        """By how much rows, shape (n, P), let the log of each bet's wealth grow; of the pieces of a look, add them."""
        growth = np.empty_like(self.log_wealth)
        for place, share in enumerate(BETS):
            growth[:, place] = np.log1p(share / self.limits * (values - self.limits)).sum(axis=0)
        return growth

    def look(self, growth: np.ndarray) -> None:
        """End a look at which rows had this growth; one without rows is none."""
        ceiling = self.most + math.log(self.log_wealth.size)
        self.log_wealth = np.minimum(np.logaddexp(self.log_wealth, 0.0) + growth, ceiling)

    @property
    def evidence(self) -> float:
        """The log of the mean wealth."""
        return float(np.logaddexp.reduce(self.log_wealth, axis=None) - math.log(self.log_wealth.size))

    @property
    def is_alarm(self) -> bool:
        return self.evidence >= self.most
