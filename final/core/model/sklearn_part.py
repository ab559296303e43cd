"""An estimator of scikit-learn on the model's columns, saved by skops without pickle.

It takes a DataFrame of the model's columns and has predict_proba or predict.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self
from zipfile import BadZipFile, ZipFile, ZipInfo

import numpy as np
import pandas as pd

from core.base.errors import UserError
from core.features.columns import Column
from core.spec.metric_names import Task

# types of scikit-learn that skops does not trust by itself; a file with any other type is refused
TRUSTED = (
    "numpy.dtype",
    "sklearn.tree._tree.Tree",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss.loss.HalfMultinomialLoss",
    "sklearn._loss.loss.HalfSquaredError",
    "sklearn._loss.link.IdentityLink",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.link.MultinomialLogit",
    "sklearn._loss.link.Interval",
    "sklearn._loss._loss.CyHalfBinomialLoss",
    "sklearn._loss._loss.CyHalfMultinomialLoss",
    "sklearn._loss._loss.CyHalfSquaredError",
)
SMALLEST = 1e-6  # a probability of 0 has no log-odds
ORDERS = 8  # random orders of the features, each used in both directions
CELLS = 2_000_000  # of the table that is predicted in one step of an explanation
REFERENCE = 20  # rows that explanations start from

Columns = Mapping[str, Column]


class ForeignError(UserError):
    """A model file that cannot be used."""


@dataclass(frozen=True)
class Foreign:
    """A fitted estimator; `reference` are rows of the training table that explanations compare with."""

    FILE: ClassVar[str] = "model.skops"
    estimator: Any
    task: Task
    categorical: Sequence[str]
    reference: pd.DataFrame

    def raw(self, columns: Columns) -> np.ndarray:
        """Log-odds (n,), log probabilities (n, K), or the value (n,)."""
        return self._raw(pd.DataFrame({name: _uncoded(values) for name, values in columns.items()}))

    def _raw(self, frame: pd.DataFrame) -> np.ndarray:
        if self.task == "regression":
            return np.asarray(self.estimator.predict(frame), dtype=float)
        probabilities = np.asarray(self.estimator.predict_proba(frame), dtype=float)
        clipped = np.clip(probabilities, SMALLEST, 1 - SMALLEST)
        if self.task == "binary":
            return np.asarray(np.log(clipped[:, 1] / clipped[:, 0]))
        return np.asarray(np.log(clipped))

    def contributions(self, columns: Columns) -> np.ndarray:
        """Sampled Shapley values, (n, F+1) or (n, K, F+1); their sum is exact, each one is estimated.

        The values of a reference row are replaced by the row's, one feature after the other in a random order and in
        the reverse order; the change of each step is the contribution of its feature (Strumbelj and Kononenko 2014; the
        reverse order halves the variance).
        """
        frame = pd.DataFrame(dict(columns))
        rng = np.random.default_rng(0)
        walks = []
        reference = self.reference.iloc[rng.integers(0, len(self.reference), 2 * ORDERS)]
        for turn in range(ORDERS):
            order = rng.permutation(frame.shape[1])
            walks.append(self._walk(frame, reference.iloc[2 * turn], order))
            walks.append(self._walk(frame, reference.iloc[2 * turn + 1], order[::-1]))
        return np.asarray(np.mean(walks, axis=0))

    def _walk(self, frame: pd.DataFrame, reference: pd.Series, order: np.ndarray) -> np.ndarray:
        """The change of each feature's step, from the reference to the rows; many steps are predicted at once."""
        rows, count = frame.shape
        turn_of = np.argsort(order)
        at_once = max(1, CELLS // max(1, rows * count))
        raws = []
        for start in range(0, count + 1, at_once):
            steps = np.arange(start, min(start + at_once, count + 1))
            step = np.repeat(steps, rows)
            mixed = {
                name: np.where(step > turn_of[number], np.tile(frame[name].to_numpy(), len(steps)), reference[name])
                for number, name in enumerate(map(str, frame))
            }
            raw = self._raw(pd.DataFrame(mixed))
            raws.append(raw.reshape(len(steps), rows, *raw.shape[1:]))
        values = np.concatenate(raws)
        contributions = np.empty((*values.shape[1:], count + 1))
        contributions[..., order] = np.moveaxis(np.diff(values, axis=0), 0, -1)
        contributions[..., -1] = values[0]
        return contributions

    def save(self, path: Path) -> None:
        import skops.io  # imported here: the image of a service without such a model has no skops

        content = skops.io.dumps({"estimator": self.estimator, "reference": self.reference.to_dict("list")})
        path.write_bytes(stable(content))

    @classmethod
    def load(cls, path: Path, task: Task, categorical: Sequence[str]) -> Self:
        """Raises ForeignError if the file holds a type that is not trusted."""
        content = load_trusted(path)
        return cls(content["estimator"], task, categorical, pd.DataFrame(content["reference"]))


def _uncoded(values: Any) -> Any:
    """An estimator would take pandas' categories for its own."""
    return np.asarray(values, dtype=object) if isinstance(values, pd.Categorical) else values


def stable(content: bytes) -> bytes:
    """The same bytes for the same model: without the times and addresses of objects that skops writes."""
    numbers: dict[str, str] = {}  # by address

    def number(match: re.Match[str]) -> str:
        return match[1] + numbers.setdefault(match[2], str(len(numbers)))

    stable_content = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as before, ZipFile(stable_content, "w") as after:
        schema = re.sub(r'("__id__": |"file": ")(\d+)', number, before.read("schema.json").decode())
        after.writestr(ZipInfo("schema.json"), schema)  # the time of a ZipInfo is 1980
        for address, place in numbers.items():
            for name in before.namelist():
                if name.startswith(f"{address}."):
                    after.writestr(ZipInfo(name.replace(address, place)), before.read(name))
    return stable_content.getvalue()


def reference(columns: Columns) -> pd.DataFrame:
    """Rows of the training table to compare with, drawn by a fixed seed."""
    frame = pd.DataFrame(dict(columns))
    return frame.iloc[np.random.default_rng(0).permutation(len(frame))[:REFERENCE]]


def load_trusted(path: Path) -> Any:
    """The content of a skops file. Raises ForeignError if it is not one, or has types that are not trusted."""
    import skops.io

    try:
        unknown = sorted(set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED))
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ForeignError(f"{path}: not a model that skops saved: {error}") from None
    if unknown:
        raise ForeignError(f"{path}: holds {', '.join(unknown)}, which is not trusted: use only scikit-learn's own")
    return skops.io.load(path, trusted=list(TRUSTED))
