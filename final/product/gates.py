"""What a gate says: a name, what was measured, what was wanted, and the verdict."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from product.files import write_json


@dataclass(frozen=True)
class Gate:
    """One verdict. `detail` names the evidence and the remedy where it failed."""

    name: str
    value: str
    threshold: str
    passed: bool
    detail: str = ""


def limited(name: str, value: float, floor: float | None, ceiling: float | None, detail: str = "") -> Gate:
    """Passes where the value keeps the limit that is given, floor or ceiling; NaN never passes, nor no limit at all."""
    if floor is not None:
        return Gate(name, f"{value:.3f}", f">= {floor:.3f}", value >= floor, detail)
    if ceiling is not None:
        return Gate(name, f"{value:.3f}", f"<= {ceiling:.3f}", value <= ceiling, detail)
    return Gate(name, f"{value:.3f}", "a limit", False, detail)


def save(gates: Iterable[Gate], path: Path) -> None:
    write_json([asdict(gate) for gate in gates], path)


def load(path: Path) -> list[Gate]:
    """The gates of an earlier stage; none where the stage has not run."""
    return [Gate(**gate) for gate in json.loads(path.read_bytes())] if path.exists() else []


def failed(gates: Iterable[Gate]) -> list[str]:
    """One line for each gate that did not pass."""
    return [
        f"gate {gate.name} failed: {gate.value}, wanted {gate.threshold}{f'. {gate.detail}' if gate.detail else ''}"
        for gate in gates
        if not gate.passed
    ]
