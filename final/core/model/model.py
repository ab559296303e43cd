"""One object that carries contract, features and estimators, the same for training, batch and online."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
from catboost import CatBoost

from core.base.files import as_json
from core.features.columns import Column
from core.features.maker import FeatureMaker
from core.metrics.classes import labels
from core.model.catboost_part import Boosted
from core.model.conformal import Guarantee
from core.model.decision import Rule
from core.model.linear_part import Linear
from core.model.part import Part, activation
from core.model.sklearn_part import Foreign
from core.spec.contract import Contract

KINDS: dict[str, type[Boosted] | type[Linear] | type[Foreign]] = {  # all others are an estimator of scikit-learn's
    "catboost": Boosted,
    "linear": Linear,
}
Table = Mapping[str, Sequence[Any]] | pd.DataFrame


class Scored(NamedTuple):
    """Scores as `ProductModel.scores` gives them, and limits as `Guarantee.limits` does, if coverage is promised."""

    scores: np.ndarray
    limits: np.ndarray | None


class ProductModel:
    """Predicts one product's target from columns of its contract.

    raw score = sum of (weight x raw score of the part) + offsets; `blend` chooses weights and offsets.
    """

    def __init__(
        self, contract: Contract, parts: Mapping[str, Part], weights: Sequence[float], offsets: Sequence[float]
    ) -> None:
        self.contract = contract
        self.features = FeatureMaker(contract)
        self.parts = dict(parts)
        self.weights = [float(weight) for weight in weights]
        self.offsets = np.array(offsets, dtype=float)
        self.guarantee: Guarantee | None = None
        self.rule: Rule | None = None

    @property
    def booster(self) -> CatBoost | None:
        """CatBoost's own object, if the model has one."""
        part = self.parts.get("catboost")
        return part.booster if isinstance(part, Boosted) else None

    def raw_scores(self, table: Table) -> np.ndarray:
        """The sum of the contributions: log-odds (n,), a score for each class (n, K), or the value itself (n,)."""
        return self.raw_of(self.features(table))

    def raw_of(self, columns: Mapping[str, Column]) -> np.ndarray:
        """Raw scores of columns that `features` made."""
        raws = [weight * part.raw(columns) for weight, part in zip(self.weights, self.parts.values(), strict=True)]
        return np.asarray(sum(raws) + self._offset)

    @property
    def _offset(self) -> Any:
        """A number, or one for each class."""
        return self.offsets if len(self.offsets) > 1 else self.offsets[0]

    def scores(self, table: Table) -> np.ndarray:
        """P(positive class), shape (n,); probabilities in the order of target.values, (n, K); or the value, (n,)."""
        return self.scores_of(self.features(table))

    def scores_of(self, columns: Mapping[str, Column]) -> np.ndarray:
        """The same of columns that `features` made."""
        return activation(self.raw_of(columns), self.contract.target)

    def scored(self, table: Table) -> Scored:
        """The scores, and what sets or intervals are made of."""
        return self.scored_of(self.features(table))

    def scored_of(self, columns: Mapping[str, Column]) -> Scored:
        """The same of columns that `features` made."""
        scores = self.scores_of(columns)
        return Scored(scores, self.guarantee.limits(columns, scores) if self.guarantee else None)

    def predict(self, table: Table) -> np.ndarray:
        """The most likely class of each row, as str, shape (n,); for a regression the value."""
        return labels(self.scores(table), self.contract.target)

    def contributions(self, table: Table) -> np.ndarray:
        """SHAP values of the model's features, with the base as the last: (n, F+1) or (n, K, F+1).

        They add up to the raw score.
        """
        return self.contributions_of(self.features(table))

    def contributions_of(self, columns: Mapping[str, Column]) -> np.ndarray:
        """The same of columns that `features` made."""
        weighted = zip(self.weights, self.parts.values(), strict=True)
        total = np.array(sum(weight * part.contributions(columns) for weight, part in weighted))
        total[..., -1] += self._offset
        return total

    def save(self, folder: Path) -> None:
        """contract.json, parts.json and a file for each part; the same training gives the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        for part in self.parts.values():
            part.save(folder / part.FILE)
        about = {"parts": list(self.parts), "weights": self.weights, "offsets": self.offsets.tolist()}
        (folder / "parts.json").write_bytes(as_json(about))
        if self.guarantee is not None:
            self.guarantee.save(folder)
        if self.rule is not None:
            self.rule.save(folder)
        (folder / "contract.json").write_bytes(as_json(self.contract.bare().model_dump(mode="json")))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Raises OSError, ValueError or CatBoostError if the folder does not hold a model."""
        contract = Contract.model_validate_json((folder / "contract.json").read_bytes())
        about = json.loads((folder / "parts.json").read_bytes())
        categorical = FeatureMaker(contract).categorical
        parts: dict[str, Part] = {}
        for name in about["parts"]:
            kind = KINDS.get(name, Foreign)
            parts[name] = kind.load(folder / kind.FILE, contract.target.task, categorical)
        model = cls(contract, parts, about["weights"], about["offsets"])
        model.guarantee = Guarantee.load(folder)
        model.rule = Rule.load(folder)
        return model
