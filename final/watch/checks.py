"""The checks of one model: what each looks at, its limit, and whether its alarm means act or look."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.spec.watch import Watch
from watch.drift import Profile
from watch.evidence import Detector, threshold
from watch.promise import Promise
from watch.rows import Answered

REALISED, ESTIMATED, PREDICTIONS = "realised performance", "estimated performance", "predictions"
COVERAGE = "coverage"
ACT, LOOK, STEADY = "act", "look", "steady"
FEATURE = "feature "


@dataclass(frozen=True)
class Check:
    """`values` gives of the rows the tested values in [0, 1], shape (n, P); `limits` their greatest means, (P,)."""

    name: str
    level: str
    limits: np.ndarray
    values: Callable[[Answered], np.ndarray]


def checks(promise: Promise, profiles: list[Profile], predictions: Profile, watch: Watch) -> list[Check]:
    """Performance below what is allowed: act. Drift of predictions or of what moves them: look."""
    allowed = np.array([promise.allowed_loss])

    def realised(rows: Answered) -> np.ndarray:
        labelled = rows.labelled()
        return promise.losses(rows.scores[labelled], rows.target[labelled])[:, None]

    def estimated(rows: Answered) -> np.ndarray:
        return promise.expected(rows.scores)[:, None]

    made = [Check(REALISED, ACT, allowed, realised), Check(ESTIMATED, ACT, allowed, estimated)]
    if watch.coverage is not None:
        made.append(Check(COVERAGE, ACT, np.array([1 - watch.coverage]), _not_covered))
    limits = predictions.limits(watch.drift)
    if limits is not None:
        made.append(Check(PREDICTIONS, LOOK, limits, lambda rows: predictions.tested(answered_values(rows.scores))))
    for profile in profiles:
        limits = profile.limits(watch.drift)
        if limits is not None:
            made.append(Check(FEATURE + profile.name, LOOK, limits, _feature(profile)))
    return made


def _not_covered(rows: Answered) -> np.ndarray:
    return np.asarray(1 - rows.covered[~np.isnan(rows.covered)])[:, None]


def _feature(profile: Profile) -> Callable[[Answered], np.ndarray]:
    return lambda rows: profile.tested(rows.columns[profile.name])


def answered_values(scores: np.ndarray) -> np.ndarray:
    """What is compared of predictions, shape (n,): the score, or of several classes the number of the likeliest."""
    return scores if scores.ndim == 1 else np.asarray(scores.argmax(axis=1), dtype=object)


def detectors(made: list[Check]) -> dict[str, Detector]:
    """A detector for each check, at the threshold that all of them need together."""
    return {check.name: Detector(check.limits, threshold(len(made))) for check in made}


def verdict(made: list[Check], evidence: dict[str, Detector]) -> tuple[str, list[str]]:
    """act, look or steady, and the names of the checks whose alarm is raised."""
    alarms = [check for check in made if evidence[check.name].is_alarm]
    levels = {check.level for check in alarms}
    level = next((level for level in (ACT, LOOK) if level in levels), STEADY)
    return level, [check.name for check in alarms if check.level == level]
