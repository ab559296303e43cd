"""One object that carries contract, features and estimator, the same for training, batch and online."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from catboost import CatBoostClassifier, Pool

from product.declaration import Contract, Model, Target
from product.features import FeatureMaker
from product.files import as_json

# CatBoost writes these into every model file; they tell when, not what, and would make equal trainings differ.
_WHEN = {"model_guid": "", "train_finish_time": ""}

Progress = Callable[[int], None]
Table = Mapping[str, Sequence[Any]] | pd.DataFrame


class ProductModel:
    """Predicts one product's target from columns of its contract."""

    def __init__(self, contract: Contract, booster: CatBoostClassifier) -> None:
        self.contract = contract
        self.features = FeatureMaker(contract)
        self.booster = booster

    def predict_proba(self, table: Table) -> np.ndarray:
        """Probability of the positive class, shape (n,), for n rows of checked values."""
        columns = self.features(table)
        rows = [list(row) for row in zip(*columns.values(), strict=True)]
        categorical = [self.features.names.index(name) for name in self.features.categorical]
        # one thread: the rows of a request are few, and threads would only wait for each other
        scores = self.booster.predict_proba(
            Pool(rows, cat_features=categorical), thread_count=1 if len(rows) < 1000 else -1
        )
        return np.asarray(scores)[:, 1]

    def predict(self, table: Table) -> np.ndarray:
        """The likelier class of each row, as str, shape (n,)."""
        return labels(self.predict_proba(table), self.contract.target)

    def save(self, folder: Path) -> None:
        """model.cbm and contract.json; the same training gives the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        metadata = self.booster.get_metadata()
        for key, value in _WHEN.items():
            metadata[key] = value
        self.booster.save_model(str(folder / "model.cbm"))
        (folder / "contract.json").write_bytes(as_json(self.contract.bare().model_dump(mode="json")))

    @classmethod
    def load(cls, folder: Path) -> Self:
        contract = Contract.model_validate_json((folder / "contract.json").read_bytes())
        booster = CatBoostClassifier()
        booster.load_model(str(folder / "model.cbm"))
        return cls(contract, booster)


def labels(positive_probability: np.ndarray, target: Target) -> np.ndarray:
    """The class that is likelier, as str, for probabilities of the positive class."""
    positive = str(target.positive)
    (negative,) = [str(value) for value in target.values if value != target.positive]
    return np.where(positive_probability > 0.5, positive, negative)


def is_positive(values: Iterable[Any], target: Target) -> np.ndarray:
    """1 where the target is the positive class, else 0, shape (n,)."""
    return np.array([str(value) == str(target.positive) for value in values], dtype=int)


def fit(
    contract: Contract, settings: Model, train: Table, validation: Table, progress: Progress = lambda trees: None
) -> ProductModel:
    """Train on `train`, stop early on `validation`, then train again on both with the number of trees found.

    `progress` is told after each tree how many were made in all; there are at most 2 x iterations.
    """
    common = {
        "learning_rate": settings.learning_rate,
        "depth": settings.depth,
        "l2_leaf_reg": settings.l2_leaf_reg,
        "one_hot_max_size": settings.one_hot_max_size,
        "random_seed": settings.seed,
        "allow_writing_files": False,
        "verbose": False,
    }
    maker = FeatureMaker(contract)
    inside, outside = _pool(maker, train, contract), _pool(maker, validation, contract)
    search = CatBoostClassifier(iterations=settings.iterations, **common)
    search.fit(
        inside,
        eval_set=outside,
        early_stopping_rounds=settings.early_stopping_rounds,
        use_best_model=True,
        callbacks=[_Told(progress, 0)],
    )
    trees = max(1, search.tree_count_)
    both = {name: [*train[name], *validation[name]] for name in [*contract.features, contract.target.name]}
    booster = CatBoostClassifier(iterations=trees, **common)
    booster.fit(_pool(maker, both, contract), callbacks=[_Told(progress, settings.iterations)])
    return ProductModel(contract, booster)


class _Told:
    """CatBoost's callback protocol: called after each tree, says whether to go on."""

    def __init__(self, progress: Progress, done: int) -> None:
        self._progress, self._done = progress, done

    def after_iteration(self, info: Any) -> bool:
        self._progress(self._done + info.iteration)
        return True


def _pool(maker: FeatureMaker, table: Table, contract: Contract) -> Pool:
    frame = pd.DataFrame(maker(table))
    return Pool(frame, is_positive(table[contract.target.name], contract.target), cat_features=maker.categorical)
