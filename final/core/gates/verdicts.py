"""The verdicts of a run, read back from its reports."""

from collections.abc import Iterable

from core.base.paths import GATED_STAGES, Paths
from core.base.terminal import stop
from core.gates import gate
from core.gates.gate import Gate


def stop_at(verdicts: Iterable[Gate]) -> None:
    """End the program if a gate failed, with a line for each."""
    if lines := gate.failed(verdicts):
        stop("\n".join(lines))


def stage_verdicts(paths: Paths, stage: str) -> list[Gate]:
    """The verdicts of a gated stage; none if it was not reached."""
    return gate.load(paths.gates(stage)) if paths.judged(stage).exists() else []


def last_verdicts(paths: Paths) -> list[Gate]:
    """The verdicts of the last run, up to the stage at which it stopped; a stage without a verdict did not pass."""
    verdicts: list[Gate] = []
    for name in GATED_STAGES:
        latest = stage_verdicts(paths, name) or [Gate(f"{name}: not reached", "none", "a verdict", False)]
        verdicts += latest
        if gate.failed(latest):
            break
    return verdicts
