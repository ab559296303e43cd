"""What a product file may say: frozen objects that refuse what they do not know.

Every use of the table (validation, request model, page, batch, drift reference) is made from these objects.
"""

import hashlib
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from product.columns import Date, Derived, Feature, Frozen, Integer, Number, Value, parts
from product.limits import Gates
from product.metric_names import COMPARED, GATED, KINDS, SLICED, MetricName, Task, of_task
from product.source_declaration import Source

Share = Annotated[float, Field(gt=0, lt=1)]


class Target(Frozen):
    """The column to predict.

    binary: two values, `positive` is the one whose probability is served. multiclass: three values or more, served
    in this order. regression: a number, in `unit`, between min and max where they are given.
    """

    name: str
    task: Task
    values: tuple[Value, ...] = ()
    positive: Value | None = None
    min: float | None = None
    max: float | None = None
    unit: str = ""
    description: str = ""

    @model_validator(mode="after")
    def _fits_the_task(self) -> Self:
        if self.task == "regression":
            if self.values or self.positive is not None:
                raise ValueError("a regression has no values and no positive: give min, max, unit, or another task")
            if self.min is not None and self.max is not None and self.min >= self.max:
                raise ValueError(f"min is {self.min:g}, which is not less than max {self.max:g}")
            return self
        if self.min is not None or self.max is not None or self.unit:
            raise ValueError(f"min, max and unit are for task regression, this is {self.task}")
        if len({str(value) for value in self.values}) < len(self.values):
            raise ValueError("values must differ")
        return self._binary() if self.task == "binary" else self._multiclass()

    def _binary(self) -> Self:
        if len(self.values) != 2:
            raise ValueError(f"task binary has two values, here are {len(self.values)}")
        if self.positive not in self.values:
            raise ValueError(f"positive is {self.positive!r}, which is not among values {list(self.values)}")
        return self

    def _multiclass(self) -> Self:
        if len(self.values) < 3:
            raise ValueError(f"task multiclass has three values or more, here are {len(self.values)}; two are binary")
        if self.positive is not None:
            raise ValueError("positive is for task binary; every class's probability is served here")
        return self


class Contract(Frozen):
    """What a row is and what is predicted of it: all that a model, a request and a table check have in common."""

    id: str | None = None
    target: Target
    features: dict[str, Feature] = Field(min_length=1)
    derived: dict[str, Derived] = Field(default_factory=dict)

    def bare(self) -> Self:
        """The contract without its prose: two that differ in words only are the same contract."""
        prose: dict[str, Any] = {"description": True, "example": True}
        kept = self.model_dump(exclude={"target": prose, "features": dict.fromkeys(self.features, prose)})
        return type(self).model_validate(kept)

    def hash(self) -> str:
        """sha256 of the bare contract."""
        return hashlib.sha256(self.bare().model_dump_json().encode()).hexdigest()


class Split(Frozen):
    """Shares of rows, drawn by a seeded hash of the id: the same row always falls on the same side.

    Where `by` names a date, the latest rows are the hold-out instead, and the latest of the rest validation.
    """

    by: str | None = None

    holdout: Share = 0.2
    validation: Share = 0.2
    seed: int = 0


class Model(Frozen):
    """Settings of the estimator; what is not given follows the table's size, or is sought by `search` trials.

    blend is CatBoost and a linear model, weighed on the validation part. `iterations` is the most there can be: early
    stopping chooses. `strength` is the inverse of a linear model's penalty. `file` is a model that was trained
    elsewhere, from the product's folder: a .cbm of CatBoost's, or an estimator of scikit-learn's in a .skops.
    """

    file: str | None = None
    estimator: Literal["blend", "catboost", "linear", "hist_gradient_boosting"] = "blend"
    search: int | None = Field(default=None, ge=2, le=10_000)
    iterations: int | None = Field(default=None, gt=0)
    learning_rate: float | None = Field(default=None, gt=0, le=1)
    depth: int | None = Field(default=None, ge=1, le=10)
    l2_leaf_reg: float | None = Field(default=None, ge=0)
    one_hot_max_size: int | None = Field(default=None, ge=0)
    strength: float | None = Field(default=None, gt=0)
    early_stopping_rounds: int | None = Field(default=None, gt=0)
    seed: int = 0

    @model_validator(mode="after")
    def _given_is_not_trained(self) -> Self:
        if self.file is not None and (others := sorted(self.model_fields_set - {"file"})):
            raise ValueError(f"a given file is not trained here: take out {', '.join(others)}, or file")
        return self


def _refuse(key: str, reason: str) -> None:
    raise PydanticCustomError("product", "{reason}", {"key": key, "reason": reason})


class Product(Frozen):
    """One product file."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    title: str
    description: str
    source: Source
    feature_set: str = "all"
    feature_sets: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    id: str | None = None
    ignore: tuple[str, ...] = ()
    target: Target
    features: dict[str, Feature] = Field(min_length=1)
    derived: dict[str, Derived] = Field(default_factory=dict)
    split: Split = Split()
    model: Model = Model()
    gates: Gates

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        for key, named, known in self._names():
            if named not in known:
                nearest = ", ".join(get_close_matches(named, known, n=1)) or ", ".join(sorted(known))
                _refuse(key, f"{named!r} is not declared under features; the nearest is {nearest}")
        for special in filter(None, (self.id, self.target.name, *self.ignore)):
            if special in self.features:
                _refuse(f"features.{special}", "the id, the target and ignored columns can't be features")
        for name in self.derived.keys() & (self.features.keys() | {self.target.name}):
            _refuse(f"derived.{name}", "a column has this name already")
        made = {part: name for name, feature in self.features.items() for part in parts(name, feature)}
        for key, names in {"features": set(self.features), "derived": set(self.derived)}.items():
            for name in names & made.keys():
                _refuse(f"{key}.{name}", f"what the model sees of {made[name]} has this name: give the column another")
        by = self.split.by
        if by is not None and self.features[by].nullable:
            _refuse("split.by", f"{by} is nullable, so a row could have no place in time")
        if by is not None and by not in self.feature_sets.get(self.feature_set, self.features):
            _refuse("split.by", f"{by} is not in the feature set {self.feature_set}")
        if self.feature_set != "all" and self.feature_set not in self.feature_sets:
            _refuse("feature_set", f"{self.feature_set!r} is not among feature_sets {sorted(self.feature_sets)}")
        return self

    def _names(self) -> Iterator[tuple[str, str, set[str]]]:
        """Every (key of the file, column that it names, columns that it may name)."""
        features = set(self.features)
        if self.split.by is not None:
            yield "split.by", self.split.by, {name for name, one in self.features.items() if isinstance(one, Date)}
        for chosen, names in self.feature_sets.items():
            yield from ((f"feature_sets.{chosen}", name, features) for name in names)
        earlier = set(features)
        for name, rule in self.derived.items():
            yield from ((f"derived.{name}", used, earlier) for used in rule.inputs)
            earlier = earlier | {name}
        slices = self.gates.slices
        for limits, groups in {"floors": slices.floors, "ceilings": slices.ceilings}.items():
            yield from ((f"gates.slices.{limits}.{name}", name, features) for name in groups)

        checks = self.gates.checks
        yield from (("gates.checks.invariance." + name, name, features) for name in checks.invariance)
        numbers = {name for name, one in self.features.items() if isinstance(one, Number | Integer)}
        yield from (("gates.checks.direction." + name, name, numbers) for name in checks.direction)

    @model_validator(mode="after")
    def _checks_fit_the_task(self) -> Self:
        for name, way in self.gates.checks.direction.items():
            key, several = f"gates.checks.direction.{name}", self.target.task == "multiclass"
            if several and str(way.of) not in map(str, self.target.values):
                _refuse(key, f"of must name one of the classes {', '.join(map(str, self.target.values))}")
            if not several and way.of is not None:
                _refuse(key, "of is for several classes; here there is one score")
        if self.gates.calibration.max_ece is not None and self.target.task == "regression":
            _refuse("gates.calibration.max_ece", "a regression has no probabilities to be calibrated")
        return self

    @model_validator(mode="after")
    def _metrics_fit_the_task(self) -> Self:
        known = of_task(self.target.task)
        for key, metric in {
            "gates.metric": self.metric,
            "gates.slices.metric": self.slice_metric,
            "gates.champion.metric": self.champion_metric,
        }.items():
            if metric not in known:
                _refuse(key, f"{metric} is not for task {self.target.task}, whose metrics are {', '.join(known)}")
        right, wrong = ("floor", "ceiling") if KINDS[self.metric].higher_is_better else ("ceiling", "floor")
        if getattr(self.gates, wrong) is not None:
            _refuse(f"gates.{wrong}", f"{self.metric} is limited by a {right}, not by a {wrong}")
        if getattr(self.gates, right) is None:
            _refuse("gates", f"{right} is missing: the limit that {self.metric} must keep")
        right, wrong = ("floors", "ceilings") if KINDS[self.slice_metric].higher_is_better else ("ceilings", "floors")
        if getattr(self.gates.slices, wrong):
            _refuse(f"gates.slices.{wrong}", f"{self.slice_metric} is limited by {right}, not by {wrong}")
        return self

    @property
    def metric(self) -> MetricName:
        return self.gates.metric or GATED[self.target.task]

    @property
    def slice_metric(self) -> MetricName:
        return self.gates.slices.metric or SLICED[self.target.task]

    @property
    def champion_metric(self) -> MetricName:
        return self.gates.champion.metric or COMPARED[self.target.task]

    @cached_property
    def contract(self) -> Contract:
        """The chosen feature set, in the file's order, with the derived features whose inputs are all in it."""
        chosen = set(self.feature_sets.get(self.feature_set, self.features))
        derived: dict[str, Derived] = {}
        for name, rule in self.derived.items():
            if {*chosen, *derived}.issuperset(rule.inputs):
                derived[name] = rule
        features = {name: feature for name, feature in self.features.items() if name in chosen}
        return Contract(id=self.id, target=self.target, features=features, derived=derived)
