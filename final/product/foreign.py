"""An estimator of scikit-learn on the model's columns, kept without pickle by skops.

It takes a DataFrame of the model's columns, categories as pandas categories, and answers predict_proba or predict.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile, ZipFile, ZipInfo

import numpy as np
import pandas as pd

from product.errors import UserError
from product.metric_names import Task

# types of scikit-learn that skops does not know as its own; a file with any other type is refused
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
ORDERS = 8  # in which features are taken in, each there and back
CELLS = 2_000_000  # of the tables that one step of an explanation asks about
REFERENCE = 20  # rows that stand for what is not yet known

Columns = Mapping[str, Sequence[Any] | np.ndarray]


class ForeignError(UserError):
    """A model file that can't be used."""


@dataclass(frozen=True)
class Foreign:
    """A fitted estimator; `reference` are rows of the training table that explanations compare with."""

    estimator: Any
    task: Task
    categorical: Sequence[str]
    reference: pd.DataFrame

    def raw(self, columns: Columns) -> np.ndarray:
        """Log-odds (n,), log probabilities (n, K), or the value (n,)."""
        return self._raw(pd.DataFrame(dict(columns)))

    def _raw(self, frame: pd.DataFrame) -> np.ndarray:
        if self.task == "regression":
            return np.asarray(self.estimator.predict(frame), dtype=float)
        chance = np.clip(np.asarray(self.estimator.predict_proba(frame), dtype=float), SMALLEST, 1 - SMALLEST)
        return np.asarray(np.log(chance[:, 1] / chance[:, 0]) if self.task == "binary" else np.log(chance))

    def contributions(self, columns: Columns) -> np.ndarray:
        """Sampled Shapley values, (n, F+1) or (n, K, F+1); they add up exactly, each is right but for the sampling.

        A row's values take the place of a reference row's, feature by feature in a random order and back; what each
        step changes belongs to its feature (Strumbelj and Kononenko 2014; the way back halves the variance).
        """
        frame = pd.DataFrame(dict(columns))
        rng = np.random.default_rng(0)
        names, walks = list(frame), []
        reference = self.reference.iloc[rng.integers(0, len(self.reference), 2 * ORDERS)]
        for turn in range(ORDERS):
            order = rng.permutation(len(names))
            for way, at in ((order, 2 * turn), (order[::-1], 2 * turn + 1)):
                walks.append(self._walk(frame, reference.iloc[at], way))
        return np.asarray(np.mean(walks, axis=0))

    def _walk(self, frame: pd.DataFrame, reference: pd.Series, order: np.ndarray) -> np.ndarray:
        """What each feature's step changes, from the reference to the rows; many steps are asked about at once."""
        rows, count = frame.shape
        turn_of = np.argsort(order)
        at_once = max(1, CELLS // max(1, rows * count))
        raws = []
        for start in range(0, count + 1, at_once):
            steps = np.arange(start, min(start + at_once, count + 1))
            step, again = np.repeat(steps, rows), len(steps)
            mixed = {
                name: np.where(step > turn_of[number], np.tile(frame[name].to_numpy(), again), reference[name])
                for number, name in enumerate(map(str, frame))
            }
            raw = self._raw(pd.DataFrame(mixed))
            raws.append(raw.reshape(again, rows, *raw.shape[1:]))
        values = np.concatenate(raws)
        found = np.empty((*values.shape[1:], count + 1))
        found[..., order] = np.moveaxis(np.diff(values, axis=0), 0, -1)
        found[..., -1] = values[0]
        return found

    def save(self, path: Path) -> None:
        import skops.io  # here, since a service without such a model is built without skops

        content = skops.io.dumps({"estimator": self.estimator, "reference": self.reference.to_dict("list")})
        path.write_bytes(stable(content))

    @classmethod
    def load(cls, path: Path, task: Task, categorical: Sequence[str]) -> Self:
        """Raises ForeignError where the file holds a type that is not trusted."""
        content = load_trusted(path)
        return cls(content["estimator"], task, categorical, pd.DataFrame(content["reference"]))


def stable(content: bytes) -> bytes:
    """The same model as the same bytes: times and addresses of objects, which skops writes down, are made even."""
    numbers: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return found[1] + numbers.setdefault(found[2], str(len(numbers)))

    made = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as before, ZipFile(made, "w") as after:
        schema = re.sub(r'("__id__": |"file": ")(\d+)', number, before.read("schema.json").decode())
        after.writestr(ZipInfo("schema.json"), schema)  # a ZipInfo is of 1980
        for address, place in numbers.items():
            for name in (name for name in before.namelist() if name.startswith(f"{address}.")):
                after.writestr(ZipInfo(name.replace(address, place)), before.read(name))
    return made.getvalue()


def reference(columns: Columns) -> pd.DataFrame:
    """Rows of the training table to compare with, drawn by a fixed seed."""
    frame = pd.DataFrame(dict(columns))
    return frame.iloc[np.random.default_rng(0).permutation(len(frame))[:REFERENCE]]


def load_trusted(path: Path) -> Any:
    """What a skops file holds; raises ForeignError where that is no skops file, or of types that are not trusted."""
    import skops.io

    try:
        unknown = sorted(set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED))
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ForeignError(f"{path}: not a model that skops saved: {error}") from None
    if unknown:
        raise ForeignError(f"{path}: holds {', '.join(unknown)}, which is not trusted: save scikit-learn's own parts")
    return skops.io.load(path, trusted=list(TRUSTED))
