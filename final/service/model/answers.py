"""From the model's scores to what is answered, the same for every protocol."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from core.features.canonical import truth
from core.model.conformal import Guarantee, intervals, sets
from core.model.decision import Rule
from core.spec.columns import Value
from core.spec.target import Target

ABSTAIN, DECISION = "abstain", "decision"
EVEN = 0.5  # the probability from which on the positive class is the likelier
SEPARATOR = "|"  # of the classes of a set in one cell


class Answers:
    """Makes the answer of a row out of its score, by the target's task; with a set or interval if one is promised."""

    def __init__(self, target: Target, guarantee: Guarantee | None = None, rule: Rule | None = None) -> None:
        self.target = target
        self.guarantee = guarantee
        self.rule = rule
        if target.task == "binary":
            (negative,) = [value for value in target.values if value != target.positive]
            self._pair: tuple[Value, Value] = (negative, target.positive)  # type: ignore[assignment]

    def of(self, scores: np.ndarray, limits: np.ndarray | None = None) -> list[dict[str, Any]]:
        """One dict a row: prediction, and probability or probabilities. Both as ProductModel.scored gives them."""
        answers = list(self._each(scores))
        if limits is not None:
            key = "interval" if self.target.task == "regression" else "set"
            for answer, promise in zip(answers, self._promises(scores, limits), strict=True):
                answer[key] = promise
                if self.abstains:
                    answer[ABSTAIN] = self.is_whole(promise)
        if self.rule is not None:
            for answer, place in zip(answers, self.decided(scores).tolist(), strict=True):
                answer[DECISION] = self._pair[place]
        return answers

    def decided(self, scores: np.ndarray) -> np.ndarray:
        """1 where the positive class is acted on, else 0, shape (n,)."""
        return np.asarray(scores > self.rule.threshold if self.rule else scores > EVEN, dtype=np.int64)

    @property
    def abstains(self) -> bool:
        """Whether an answer says that its set holds every class."""
        return self.guarantee is not None and self.guarantee.abstain

    def is_whole(self, promise: list[Any]) -> bool:
        return len(promise) == len(self.target.values)

    def _promises(self, scores: np.ndarray, limits: np.ndarray) -> Iterator[list[Any]]:
        """The set or interval of each row, as `conformal` has them: one by one, since a request has few rows."""
        if self.target.task == "regression":
            for value, limit in zip(scores.tolist(), limits.tolist(), strict=True):
                yield [value - limit, value + limit]
        elif self.target.task == "binary":
            negative, positive = self._pair
            for p, limit in zip(scores.tolist(), limits.tolist(), strict=True):
                if 1 - p >= 1 - limit and p >= 1 - limit:
                    yield [negative, positive]
                else:
                    yield [positive if p > EVEN else negative]
        else:
            values = self.target.values
            rows = zip(scores.tolist(), scores.argmax(axis=1).tolist(), limits.tolist(), strict=True)
            for shares, best, limit in rows:
                yield [values[at] for at, share in enumerate(shares) if share >= 1 - limit or at == best]

    def numbers(self, scores: np.ndarray, limits: np.ndarray | None) -> list[np.ndarray]:
        """The columns of numbers that the answers have beside the prediction, each (n,)."""
        if self.target.task == "binary":
            return [scores]
        if self.target.task == "multiclass":
            return [np.ascontiguousarray(column) for column in scores.T]
        return [] if limits is None else [np.ascontiguousarray(column) for column in intervals(scores, limits).T]

    def texts(self, scores: np.ndarray, limits: np.ndarray | None) -> list[tuple[list[str], np.ndarray]]:
        """The columns of texts after these: the different texts, and which of them each row has, (n,)."""
        columns: list[tuple[list[str], np.ndarray]] = []
        if limits is not None and self.target.task != "regression":
            different, places = self.sets(scores, limits)
            columns.append(([set_text(values) for values in different], places))
            if self.abstains:
                columns.append(([truth(self.is_whole(values)) for values in different], places))
        if self.rule is not None:
            columns.append((list(map(str, self._pair)), self.decided(scores)))
        return columns

    def sets(self, scores: np.ndarray, limits: np.ndarray) -> tuple[list[list[Value]], np.ndarray]:
        """The different prediction sets, and which of them each row has, shape (n,)."""
        members = sets(scores, limits)
        names = self._pair if self.target.task == "binary" else self.target.values
        keys = np.packbits(members, axis=1)
        if keys.shape[1] == 1:  # up to eight classes: looked up instead of sorted, which is ten times as fast
            seen = np.bincount(keys[:, 0], minlength=256) > 0
            different, places = np.flatnonzero(seen).astype(np.uint8)[:, None], (np.cumsum(seen) - 1)[keys[:, 0]]
        else:
            rows, places = np.unique(keys.view(f"V{keys.shape[1]}").reshape(-1), return_inverse=True)
            different = rows.view(np.uint8).reshape(len(rows), -1)
        each = np.unpackbits(different, axis=1, count=len(names)).tolist()
        return [[name for name, is_in in zip(names, row, strict=True) if is_in] for row in each], places

    def _each(self, scores: np.ndarray) -> Iterator[dict[str, Any]]:
        values = self.target.values
        if self.target.task == "binary":
            negative, positive = self._pair
            for p in scores.tolist():
                yield {"prediction": positive if p > EVEN else negative, "probability": p}
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
            return list(self._pair), (scores > EVEN).astype(np.int64)
        if self.target.task == "multiclass":
            return list(self.target.values), scores.argmax(axis=1)
        return scores.tolist(), np.arange(len(scores))

    @property
    def columns(self) -> list[str]:
        """Names of the columns that `flat` fills."""
        if self.target.task == "regression":
            return ["prediction", *(["low", "high"] if self.guarantee else [])]
        promised = [*(["set"] if self.guarantee else []), *([ABSTAIN] if self.abstains else [])]
        if self.target.task == "binary":
            return ["prediction", "probability", *promised, *([DECISION] if self.rule else [])]
        return ["prediction", *(f"probability_{value}" for value in self.target.values), *promised]

    def flat(self, answer: dict[str, Any]) -> list[Any]:
        """An answer as the cells of a table row."""
        cells = [answer["prediction"]]
        cells += answer["probabilities"].values() if "probabilities" in answer else []
        cells += [answer["probability"]] if "probability" in answer else []
        cells += answer.get("interval", [])
        cells += [set_text(answer["set"])] if "set" in answer else []
        cells += [truth(answer[ABSTAIN])] if ABSTAIN in answer else []
        return [*cells, *([answer[DECISION]] if DECISION in answer else [])]


def set_text(values: list[Value]) -> str:
    """A prediction set as one cell."""
    return SEPARATOR.join(map(str, values))


def label(prediction: Any) -> str:
    """A class by its name; numbers of a regression under one name, since each would be a series of its own."""
    return "a number" if isinstance(prediction, float) else str(prediction)
