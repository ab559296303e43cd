"""The verdict of a gate: its name, the measured value, the threshold, and whether it passed."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from core.base.files import write_json


@dataclass(frozen=True)
class Gate:
    """One verdict. If it failed, `detail` names the evidence and the remedy."""

    name: str
    value: str
    threshold: str
    passed: bool
    detail: str = ""


def limited(name: str, value: float, floor: float | None, ceiling: float | None, detail: str = "") -> Gate:
    """Passes if the value keeps the floor or the ceiling, whichever is given. NaN never passes, nor without a limit."""
    if floor is not None:
        return Gate(name, f"{value:.3f}", f">= {floor:.3f}", value >= floor, detail)
    if ceiling is not None:
        return Gate(name, f"{value:.3f}", f"<= {ceiling:.3f}", value <= ceiling, detail)
    return Gate(name, f"{value:.3f}", "a limit", False, detail)


def save(gates: Iterable[Gate], path: Path) -> None:
    write_json([asdict(gate) for gate in gates], path)


def load(path: Path) -> list[Gate]:
    """The gates of an earlier stage; none if the stage has not run."""
    return [Gate(**gate) for gate in json.loads(path.read_bytes())] if path.exists() else []


def failed(gates: Iterable[Gate]) -> list[str]:
    """One line for each gate that did not pass."""
    return [_sentence(gate) for gate in gates if not gate.passed]


def _sentence(gate: Gate) -> str:
    sentence = f"gate {gate.name} failed: {gate.value}, wanted {gate.threshold}"
    return f"{sentence}. {gate.detail}" if gate.detail else sentence
