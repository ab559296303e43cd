"""Verdict and alarms as sentences."""

from typing import Any

from report import words
from watch.checks import COVERAGE, ESTIMATED, FEATURE, PREDICTIONS, REALISED


def headline(facts: dict[str, Any]) -> str:
    """The verdict in one line, as stdout has it."""
    performance = facts["realised"] or facts["estimated"]
    kind = "realised" if facts["realised"] else "estimated"
    figures = (
        f"{kind} {facts['measure']} {words.figure(performance['value'])} "
        f"({words.figure(performance['low'])} to {words.figure(performance['high'])}), "
        f"hold-out {words.figure(facts['promise']['value'])}, allowed {words.figure(facts['allowed'])}"
    )
    reasons = "".join(f"; {alarm}" for alarm in facts["alarms"])
    rows = f"{facts['rows']:,} rows of model {facts['model'][:12]}"
    return f"{facts['verdict']}: {facts['product']}, {rows}: {figures}{reasons}"


def alarm_in_words(name: str, facts: dict[str, Any]) -> str:
    """Why a check raised its alarm."""
    if name in (REALISED, ESTIMATED):
        side = "above" if facts["measure"] == "mean absolute error" else "below"
        return f"the {name} is {side} the allowed {words.figure(facts['allowed'])}"
    if name == COVERAGE:
        return f"sets or intervals hold the truth less often than the allowed {facts['allowed_coverage']:.0%}"
    if name == PREDICTIONS:
        return f"the predictions moved: {moved_in_words(facts['predictions'])}"
    feature = next(effect for effect in facts["features"] if FEATURE + effect["feature"] == name)
    return f"{feature['title']} moved: {moved_in_words(feature)}"


def moved_in_words(effect: dict[str, Any]) -> str:
    """Where a column moved to, in its own unit."""
    share = f"{effect['part']}: {effect['share_before']:.0%} before, {effect['share_now']:.0%} now"
    if isinstance(effect["center_now"], float) and isinstance(effect["center_before"], float):
        return f"{share}; median {effect['center_before']:.4g} before, {effect['center_now']:.4g} now"
    return share
