"""Settings of the estimator."""

from typing import Literal, Self

from pydantic import Field, model_validator

from core.spec.columns import Frozen

Quality = Literal["fast", "good", "best"]


class Model(Frozen):
    """Settings of the estimator; those not given follow from the table's size, or from a search of `search` trials.

    blend is CatBoost and a linear model, weighted on rows that they were not fitted on. `quality` is how much time that
    may take: fast is for a first look, best takes up to ten times as long as good. `iterations` is a maximum: early
    stopping chooses the number. `strength` is the inverse of a linear model's penalty. `file` is a model trained
    elsewhere, relative to the product's folder: CatBoost's .cbm, or a scikit-learn estimator saved as .skops.
    """

    file: str | None = None
    estimator: Literal["blend", "catboost", "linear"] = "blend"
    search: int | None = Field(default=None, ge=2, le=10_000)
    iterations: int | None = Field(default=None, gt=0)
    learning_rate: float | None = Field(default=None, gt=0, le=1)
    depth: int | None = Field(default=None, ge=1, le=10)
    l2_leaf_reg: float | None = Field(default=None, ge=0)
    one_hot_max_size: int | None = Field(default=None, ge=0)
    strength: float | None = Field(default=None, gt=0)
    early_stopping_rounds: int | None = Field(default=None, gt=0)
    quality: Quality = "good"
    seed: int = 0

    @model_validator(mode="after")
    def _given_is_not_trained(self) -> Self:
        if self.file is not None and (others := sorted(self.model_fields_set - {"file"})):
            raise ValueError(f"a model file is not trained here: remove {', '.join(others)}, or file")
        return self
