"""From the model's scores to what is answered, the same for every protocol."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from core.spec.columns import Value
from core.spec.target import Target


class Answers:
    """Makes the answer of a row out of its score, by the target's task."""

    def __init__(self, target: Target) -> None:
        self.target = target
        if target.task == "binary":
            (negative,) = [value for value in target.values if value != target.positive]
            self._pair: tuple[Value, Value] = (negative, target.positive)  # type: ignore[assignment]

    def of(self, scores: np.ndarray) -> list[dict[str, Any]]:
        """One dict a row: prediction, and probability or probabilities. Scores as ProductModel.scores gives them."""
        return list(self._each(scores))

    def _each(self, scores: np.ndarray) -> Iterator[dict[str, Any]]:
        values = self.target.values
        if self.target.task == "binary":
            negative, positive = self._pair
            for p in scores.tolist():
                yield {"prediction": positive if p > 0.5 else negative, "probability": p}
        elif self.target.task == "multiclass":
            names = [str(value) for value in values]
            for row, best in zip(scores.tolist(), scores.argmax(axis=1).tolist(), strict=True):
                yield {"prediction": values[best], "probabilities": dict(zip(names, row, strict=True))}
        else:
            for value in scores.tolist():
                yield {"prediction": value}

    def predictions(self, scores: np.ndarray) -> tuple[list[Value], np.ndarray]:
        """The values that are predicted, and the position of each row's among them; of a regression the rows' own."""
        if self.target.task == "binary":
            return list(self._pair), (scores > 0.5).astype(np.int64)
        if self.target.task == "multiclass":
            return list(self.target.values), scores.argmax(axis=1)
        return scores.tolist(), np.arange(len(scores))

    @property
    def columns(self) -> list[str]:
        """Names of the columns that `flat` fills."""
        if self.target.task == "binary":
            return ["prediction", "probability"]
        if self.target.task == "multiclass":
            return ["prediction", *(f"probability_{value}" for value in self.target.values)]
        return ["prediction"]

    def flat(self, answer: dict[str, Any]) -> list[Any]:
        """An answer as the cells of a table row."""
        if "probabilities" in answer:
            return [answer["prediction"], *answer["probabilities"].values()]
        return list(answer.values())
