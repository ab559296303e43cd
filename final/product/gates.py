"""What a gate says: a name, what was measured, what was wanted, and the verdict."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Gate:
    """One verdict. `detail` names the evidence and the remedy where it failed."""

    name: str
    value: str
    threshold: str
    passed: bool
    detail: str = ""


def at_least(name: str, value: float, least: float, detail: str = "") -> Gate:
    """Passes where value >= least; NaN never passes."""
    return Gate(name, f"{value:.3f}", f">= {least:.3f}", not math.isnan(value) and value >= least, detail)


def save(gates: Iterable[Gate], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(json.dumps([asdict(gate) for gate in gates], indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


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
