"""The state of the alarms, a JSON file beside the log: which files were looked at, and the wealth of each check."""

import fcntl
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.base.errors import UserError
from core.base.files import write_json
from watch.evidence import Detector

FILE = "watch.json"
LOCK = ".watch.lock"


@dataclass
class State:
    """Of one model."""

    looks: int = 0
    rows: int = 0
    files: list[str] = field(default_factory=list)
    label_files: list[str] = field(default_factory=list)
    wealth: dict[str, list[list[float | None]]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, model: str) -> "State":
        """The state that the folder has, or a new one. Raises UserError for a file that is none."""
        path = folder / FILE
        try:
            models: dict[str, Any] = json.loads(path.read_bytes())
            return cls(**models.get(model, {}))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise UserError(f"{path}: not a state of watch.sh ({error}); remove it to begin anew") from None

    def restore(self, detectors: dict[str, Detector]) -> None:
        """Give detectors the wealth they had; one whose check has changed since begins anew."""
        for name, detector in detectors.items():
            wealth = np.array(self.wealth.get(name, []), dtype=float)  # null becomes NaN
            if wealth.shape == detector.log_wealth.shape:
                detector.log_wealth = np.where(np.isnan(wealth), -math.inf, wealth)

    def keep(self, folder: Path, model: str, detectors: dict[str, Detector]) -> None:
        """Write it. Raises UserError if the folder cannot be written."""
        self.wealth = {name: _for_json(detector.log_wealth) for name, detector in detectors.items()}
        path = folder / FILE
        try:
            models = json.loads(path.read_bytes()) if path.exists() else {}
            write_json({**models, model: self.__dict__}, path)
        except OSError as error:
            raise UserError(
                f"{path}: cannot be written: {error.strerror}; without it, looks cannot be counted"
            ) from None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One look at a log at a time; the next one waits. Raises UserError if the folder cannot be written."""
    try:
        file = (folder / LOCK).open("w")
    except OSError as error:
        raise UserError(f"{folder}: must be the folder of a log, and writable: {error.strerror}") from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _for_json(wealth: np.ndarray) -> list[list[float | None]]:
    return [[value if math.isfinite(value) else None for value in row] for row in wealth.tolist()]
