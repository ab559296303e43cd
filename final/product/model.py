"""One object that carries contract, features and estimator, the same for training, batch and online."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from catboost import CatBoost, Pool
from scipy.special import expit, softmax

from product.declaration import Contract, Model, Target
from product.features import FeatureMaker
from product.files import as_json
from product.outcome import codes, labels

# CatBoost writes these into every model file; they tell when, not what, and would make equal trainings differ.
_WHEN = {"model_guid": "", "train_finish_time": ""}

Progress = Callable[[int], None]
Table = Mapping[str, Sequence[Any]] | pd.DataFrame


class ProductModel:
    """Predicts one product's target from columns of its contract."""

    def __init__(self, contract: Contract, booster: CatBoost) -> None:
        self.contract = contract
        self.features = FeatureMaker(contract)
        self.booster = booster

    def pool(self, table: Table) -> Pool:
        """Rows of checked values as the booster takes them."""
        columns = self.features(table)
        rows = [list(row) for row in zip(*columns.values(), strict=True)]
        return Pool(rows, cat_features=[self.features.names.index(name) for name in self.features.categorical])

    def raw_scores(self, table: Table) -> np.ndarray:
        """What contributions add up to: log-odds (n,), one score a class (n, K), or the value itself (n,)."""
        rows = self.pool(table)
        # one thread: the rows of a request are few, and threads would only wait for each other
        threads = 1 if rows.num_row() < 1000 else -1
        return np.asarray(self.booster.predict(rows, prediction_type="RawFormulaVal", thread_count=threads))

    def scores(self, table: Table) -> np.ndarray:
        """P(positive class), shape (n,); probabilities in the order of target.values, (n, K); or the value, (n,)."""
        return activation(self.raw_scores(table), self.contract.target)

    def predict(self, table: Table) -> np.ndarray:
        """The likeliest class of each row, as str, shape (n,); of a regression the value."""
        return labels(self.scores(table), self.contract.target)

    def contributions(self, table: Table) -> np.ndarray:
        """SHAP values of the model's features, the last one the bias: (n, F+1) or (n, K, F+1).

        They add up to the raw score (Lundberg, Erion and Lee 2018, as in CatBoost).
        """
        return np.asarray(self.booster.get_feature_importance(self.pool(table), type="ShapValues"))

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
        booster = CatBoost()
        booster.load_model(str(folder / "model.cbm"))
        return cls(contract, booster)


def activation(raw: np.ndarray, target: Target) -> np.ndarray:
    """Scores of raw scores: the logistic function, the softmax, or nothing."""
    if target.task == "binary":
        return np.asarray(expit(raw))
    return np.asarray(softmax(raw, axis=1)) if target.task == "multiclass" else raw


def fit(
    contract: Contract, settings: Model, train: Table, validation: Table, progress: Progress = lambda trees: None
) -> ProductModel:
    """Train on `train`, stop early on `validation`, then train again on both with the number of trees found.

    `progress` is told after each tree how many were made in all; there are at most 2 x iterations.
    """
    common = {
        **_loss(contract.target),
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
    search = CatBoost({**common, "iterations": settings.iterations})
    search.fit(
        inside,
        eval_set=outside,
        early_stopping_rounds=settings.early_stopping_rounds,
        use_best_model=True,
        callbacks=[_Told(progress, 0)],
    )
    trees = max(1, search.tree_count_)
    both = {name: [*train[name], *validation[name]] for name in [*contract.features, contract.target.name]}
    booster = CatBoost({**common, "iterations": trees})
    booster.fit(_pool(maker, both, contract), callbacks=[_Told(progress, settings.iterations)])
    return ProductModel(contract, booster)


def _loss(target: Target) -> dict[str, Any]:
    if target.task == "multiclass":
        return {"loss_function": "MultiClass", "classes_count": len(target.values)}
    return {"loss_function": "Logloss" if target.task == "binary" else "RMSE"}


class _Told:
    """CatBoost's callback protocol: called after each tree, says whether to go on."""

    def __init__(self, progress: Progress, done: int) -> None:
        self._progress, self._done = progress, done

    def after_iteration(self, info: Any) -> bool:
        self._progress(self._done + info.iteration)
        return True


def _pool(maker: FeatureMaker, table: Table, contract: Contract) -> Pool:
    frame = pd.DataFrame(maker(table))
    return Pool(frame, codes(table[contract.target.name], contract.target), cat_features=maker.categorical)
