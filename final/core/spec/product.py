"""What a product file may say: frozen objects that refuse unknown keys.

Every use of the table (validation, request model, page, batch, drift reference) is made from these objects.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.spec.columns import Date, Derived, Feature, Frozen, Integer, Number, monotone, parts
from core.spec.contract import Contract
from core.spec.decision import Decision
from core.spec.estimator import Model
from core.spec.limits import Gates
from core.spec.metric_names import COMPARED, GATED, KINDS, SLICED, MetricName, of_task
from core.spec.source import Source
from core.spec.target import Target
from core.spec.watch import Watch

Share = Annotated[float, Field(gt=0, lt=1)]


class Split(Frozen):
    """Shares of rows, drawn by a seeded hash of the id: the same row always falls on the same side.

    If `by` names a date, the hold-out is the latest rows instead, and validation the latest of the rest. Rows with the
    same value of `group`, a column of the table that need not be a feature, are on one side: hash or date of the group.
    """

    by: str | None = None
    group: str | None = Field(default=None, exclude_if=lambda group: group is None)
    holdout: Share = 0.2
    validation: Share = 0.2
    seed: int = 0


def _refuse(key: str, reason: str) -> None:
    raise PydanticCustomError("product", "{reason}", {"key": key, "reason": reason})


def _limits(metric: MetricName) -> tuple[str, str]:
    """The limit that a metric has, and the one that it has not."""
    return ("floor", "ceiling") if KINDS[metric].higher_is_better else ("ceiling", "floor")


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
    weight: str | None = Field(
        default=None,
        exclude_if=lambda weight: weight is None,
        description="the column that says how much a row counts in training and metrics; coverage counts each row once",
    )
    target: Target
    features: dict[str, Feature] = Field(min_length=1)
    derived: dict[str, Derived] = Field(default_factory=dict)
    split: Split = Split()
    model: Model = Model()
    coverage: float | None = Field(
        default=None,
        gt=0.5,
        lt=1,
        description="share of the rows in which the set or the interval of an answer is to hold the truth",
    )
    abstain: bool = Field(
        default=False,
        exclude_if=lambda abstains: not abstains,
        description="an answer also says whether its set holds every class, so that it tells nothing",
    )
    decision: Decision | None = Field(
        default=None,
        exclude_if=lambda decision: decision is None,
        description="from which probability on the positive class of two is acted on",
    )
    gates: Gates
    watch: Watch = Watch()

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        for key, named, allowed in self._names():
            if named not in allowed:
                nearest = ", ".join(get_close_matches(named, allowed, n=1)) or ", ".join(sorted(allowed))
                _refuse(key, f"{named!r} is not declared under features; the nearest is {nearest}")
        for special in filter(None, (self.id, self.target.name, *self.ignore)):
            if special in self.features:
                _refuse(f"features.{special}", "the id, the target and ignored columns cannot be features")
        if roles := [role for role, names in self._roles() if self.weight in names]:
            remedy = "name a column that only says how much a row counts"
            _refuse("weight", f"{self.weight} is {roles[0]}: {remedy}")
        for name in self.derived.keys() & (self.features.keys() | {self.target.name}):
            _refuse(f"derived.{name}", "a column has this name already")
        made = {part: name for name, feature in self.features.items() for part in parts(name, feature)}
        for key, names in {"features": set(self.features), "derived": set(self.derived)}.items():
            for name in names & made.keys():
                _refuse(
                    f"{key}.{name}", f"a column that the model makes of {made[name]} has this name: rename this one"
                )
        by = self.split.by
        if self.split.group in (self.target.name, self.id, by) and self.split.group is not None:
            _refuse(
                "split.group", f"{self.split.group} is the target, the id or split.by: name the column that repeats"
            )
        if by is not None and self.features[by].nullable:
            _refuse("split.by", f"{by} is nullable; a row without a date has no place in time")
        if by is not None and by not in self.feature_sets.get(self.feature_set, self.features):
            _refuse("split.by", f"{by} is not in the feature set {self.feature_set}")
        if self.feature_set != "all" and self.feature_set not in self.feature_sets:
            _refuse("feature_set", f"{self.feature_set!r} is not among feature_sets {sorted(self.feature_sets)}")
        return self

    def _roles(self) -> Iterator[tuple[str, Iterable[str | None]]]:
        """What a column may be for, and the columns that are for it."""
        if self.weight is None:
            return
        yield from (("a feature", self.features), ("the target", (self.target.name,)), ("the id", (self.id,)))
        yield from (("split.group", (self.split.group,)), ("in ignore", self.ignore), ("in derived", self.derived))

    def _names(self) -> Iterator[tuple[str, str, set[str]]]:
        """Every (key of the file, column that it names, columns that it may name)."""
        features = set(self.features)
        if self.split.by is not None:
            yield (
                "split.by",
                self.split.by,
                {name for name, feature in self.features.items() if isinstance(feature, Date)},
            )
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
        numbers = {name for name, feature in self.features.items() if isinstance(feature, Number | Integer)}
        yield from (("gates.checks.direction." + name, name, numbers) for name in checks.direction)

    @model_validator(mode="after")
    def _checks_fit_the_task(self) -> Self:
        several = self.target.task == "multiclass"
        for name, check in self.gates.checks.direction.items():
            key = f"gates.checks.direction.{name}"
            if several and str(check.of) not in map(str, self.target.values):
                _refuse(key, f"of must name one of the classes {', '.join(map(str, self.target.values))}")
            if not several and check.of is not None:
                _refuse(key, "of is for several classes; this task has one score")
        for name, direction in monotone(self.features).items():
            reason = self._why_not_monotone(name)
            if reason:
                _refuse(f"features.{name}.monotone", f"{direction} cannot be kept: {reason}")
        if self.coverage is not None and self.model.file is not None:
            _refuse("coverage", "a given model has no rows that it is known not to be fitted on: leave coverage out")
        if self.decision is not None and self.target.task != "binary":
            _refuse("decision", "is between two classes")
        if self.decision is not None and self.decision.costs is not None and self.model.file is not None:
            _refuse("decision.costs", "a given model has no rows that it was surely not fitted on: give a threshold")
        if self.abstain and (self.coverage is None or self.target.task == "regression"):
            _refuse("abstain", "is for the sets of classes that coverage promises: declare coverage, or leave it out")
        if self.gates.calibration.max_ece is not None and self.target.task == "regression":
            _refuse("gates.calibration.max_ece", "a regression has no probabilities to be calibrated")
        return self

    def _why_not_monotone(self, name: str) -> str:
        if self.target.task == "multiclass":
            return "a score of several classes has no direction"
        if self.model.file is not None or self.model.estimator == "linear":
            return "model: must be one that CatBoost trains here"
        if users := [derived for derived, rule in self.derived.items() if name in rule.inputs]:
            return f"{users[0]} is made of it, and has no direction"
        return "" if self.features[name].in_model else "the model does not see the feature itself (in_model: false)"

    @model_validator(mode="after")
    def _metrics_fit_the_task(self) -> Self:
        metrics = of_task(self.target.task)
        for key, metric in {
            "gates.metric": self.metric,
            "gates.slices.metric": self.slice_metric,
            "gates.champion.metric": self.champion_metric,
        }.items():
            if metric not in metrics:
                _refuse(key, f"{metric} is not for task {self.target.task}, whose metrics are {', '.join(metrics)}")
        limit, other = _limits(self.metric)
        if getattr(self.gates, other) is not None:
            _refuse(f"gates.{other}", f"{self.metric} is limited by a {limit}, not by a {other}")
        if getattr(self.gates, limit) is None:
            _refuse("gates", f"{limit} is missing: the limit that {self.metric} must keep")
        limit, other = ("ceiling", "floor") if self.target.task == "regression" else ("floor", "ceiling")
        if getattr(self.watch, other) is not None:
            _refuse(f"watch.{other}", f"task {self.target.task} is watched by a {limit}, not by a {other}")
        limit, other = _limits(self.slice_metric)
        if getattr(self.gates.slices, f"{other}s"):
            _refuse(f"gates.slices.{other}s", f"{self.slice_metric} is limited by {limit}s, not by {other}s")
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
        group = None if self.split.group in self.features else self.split.group
        named = Contract(
            id=self.id, group=group, weight=self.weight, target=self.target, features=features, derived=derived
        )
        return named.with_forms(self.source.dates)
