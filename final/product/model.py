"""One object that carries contract, features and estimators, the same for training, batch and online."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import pandas as pd
from catboost import CatBoost
from scipy.special import expit, softmax

from product.boosting import Boosted
from product.declaration import Contract, Target
from product.features import Column, FeatureMaker
from product.files import as_json
from product.foreign import Foreign
from product.linear import Linear
from product.outcome import labels

Table = Mapping[str, Sequence[Any]] | pd.DataFrame


class Part(Protocol):
    """An estimator on the model's columns; what it gives is described at ProductModel."""

    def raw(self, columns: Mapping[str, Column]) -> np.ndarray: ...

    def contributions(self, columns: Mapping[str, Column]) -> np.ndarray: ...


class ProductModel:
    """Predicts one product's target from columns of its contract.

    raw score = sum of weight x part's raw score, + offsets; `stack` found weights and offsets.
    """

    def __init__(
        self, contract: Contract, parts: Mapping[str, Part], weights: Sequence[float], offsets: Sequence[float]
    ) -> None:
        self.contract = contract
        self.features = FeatureMaker(contract)
        self.parts = dict(parts)
        self.weights = [float(weight) for weight in weights]
        self.offsets = np.array(offsets, dtype=float)

    @property
    def booster(self) -> CatBoost | None:
        """CatBoost's own object, where the model has one."""
        part = self.parts.get("catboost")
        return part.booster if isinstance(part, Boosted) else None

    def raw_scores(self, table: Table) -> np.ndarray:
        """What contributions add up to: log-odds (n,), one score a class (n, K), or the value itself (n,)."""
        return self.raw_of(self.features(table))

    def raw_of(self, columns: Mapping[str, Column]) -> np.ndarray:
        """Raw scores of columns that `features` made."""
        raws = [weight * part.raw(columns) for weight, part in zip(self.weights, self.parts.values(), strict=True)]
        return np.asarray(sum(raws) + (self.offsets if len(self.offsets) > 1 else self.offsets[0]))

    def scores(self, table: Table) -> np.ndarray:
        """P(positive class), shape (n,); probabilities in the order of target.values, (n, K); or the value, (n,)."""
        return activation(self.raw_scores(table), self.contract.target)

    def predict(self, table: Table) -> np.ndarray:
        """The likeliest class of each row, as str, shape (n,); of a regression the value."""
        return labels(self.scores(table), self.contract.target)

    def contributions(self, table: Table) -> np.ndarray:
        """SHAP values of the model's features, the last one the base: (n, F+1) or (n, K, F+1).

        They add up to the raw score.
        """
        columns = self.features(table)
        found = sum(w * p.contributions(columns) for w, p in zip(self.weights, self.parts.values(), strict=True))
        total = np.array(found)
        total[..., -1] += self.offsets if len(self.offsets) > 1 else self.offsets[0]
        return total

    def save(self, folder: Path) -> None:
        """contract.json, parts.json and a file for each part; the same training gives the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        for part in self.parts.values():
            if isinstance(part, Boosted):
                part.save(folder / "model.cbm")
            elif isinstance(part, Linear):
                (folder / "linear.json").write_bytes(as_json(part.as_dict()))
            elif isinstance(part, Foreign):
                part.save(folder / "model.skops")
        about = {"parts": list(self.parts), "weights": self.weights, "offsets": self.offsets.tolist()}
        (folder / "parts.json").write_bytes(as_json(about))
        (folder / "contract.json").write_bytes(as_json(self.contract.bare().model_dump(mode="json")))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Raises OSError, ValueError or CatBoostError where the folder holds no model."""
        contract = Contract.model_validate_json((folder / "contract.json").read_bytes())
        about = json.loads((folder / "parts.json").read_bytes())
        categorical = FeatureMaker(contract).categorical
        parts: dict[str, Part] = {}
        for name in about["parts"]:
            if name == "catboost":
                parts[name] = Boosted.load(folder / "model.cbm", categorical)
            elif name == "linear":
                parts[name] = Linear.from_dict(json.loads((folder / "linear.json").read_bytes()))
            else:
                parts[name] = Foreign.load(folder / "model.skops", contract.target.task, categorical)
        return cls(contract, parts, about["weights"], about["offsets"])


def activation(raw: np.ndarray, target: Target) -> np.ndarray:
    """Scores of raw scores: the logistic function, the softmax, or nothing."""
    if target.task == "binary":
        return np.asarray(expit(raw))
    return np.asarray(softmax(raw, axis=1)) if target.task == "multiclass" else raw
