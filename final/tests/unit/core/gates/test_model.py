"""Each limit on a model is kept or broken by the figures alone; behaviour is measured on models that break a check."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.gates import behaviour
from core.gates.gate import Gate
from core.gates.model import all_gates
from core.metrics.classes import codes
from core.metrics.evaluate import evaluate
from core.model.model import ProductModel
from core.model.training import fit
from core.spec.product import Product
from core.spec.yaml_file import load
from tests.support.small_product import product, table
from tests.support.titanic import declared

# what `evaluate` and `behaviour.measure` say of a good model of the Titanic's
FIGURES: dict[str, Any] = {
    "metrics": {"accuracy": {"value": 0.80}},
    "baseline": {"accuracy": 0.62},
    "linear": {"accuracy": 0.79},
    "beside_linear": {"better": 0.7, "not_worse": 0.9},
    "megabytes": 1.2,
    "coverage": {"promised": 0.9, "rows": 188, "covered": 0.9, "least": 0.824, "slices": []},
    "ece": 0.06,
    "slices": [
        {"column": "Sex", "value": "female", "rows": 60, "accuracy": 0.79},
        {"column": "Sex", "value": "male", "rows": 110, "accuracy": 0.81},
        {"column": "Pclass", "value": "1", "rows": 40, "accuracy": 0.72},
        {"column": "Pclass", "value": "2", "rows": 5, "accuracy": 0.20},  # fewer rows than min_rows: not judged
    ],
    "behaviour": [{"kind": "invariance", "column": "Name", "rows": 178, "share": 1.0, "wanted": 1.0}],
}
NAMES = [
    "model: accuracy",
    "model: above baseline",
    "model: beside a linear one",
    "model: megabytes",
    "model: coverage",
    "model: calibration error",
    "slice: Sex=female",
    "slice: Sex=male",
    "slice: Pclass=1",
    "behaviour: invariance of Name",
]
NAN = float("nan")


def one_slice(**changed: Any) -> dict[str, Any]:
    return {"slices": [{**FIGURES["slices"][0], **changed}, *FIGURES["slices"][1:]]}


def one_check(**changed: Any) -> dict[str, Any]:
    return {"behaviour": [{**FIGURES["behaviour"][0], **changed}]}


# changed figures; then the one gate that fails, its value, its threshold, and words of its detail
FAILING: dict[str, tuple[dict[str, Any], str, str, str, str]] = {
    "below the floor": (
        {"metrics": {"accuracy": {"value": 0.7499}}}, "model: accuracy", "0.750", ">= 0.750", "Add rows or better",
    ),
    "no better than the trivial model": (
        {"baseline": {"accuracy": 0.7501}}, "model: above baseline", "0.050", ">= 0.050", "gives accuracy 0.750",
    ),
    "worse than a linear model": (
        {"beside_linear": {"not_worse": 0.004}}, "model: beside a linear one", "0.004", ">= 0.005", "set model: {estim",
    ),
    "too large": ({"megabytes": 200.5}, "model: megabytes", "200.500", "<= 200.000", "Fewer iterations"),
    "a promise that is not kept": (
        {"coverage": {"rows": 188, "covered": 0.823, "least": 0.824, "slices": []}},
        "model: coverage",
        "0.823",
        ">= 0.824",
        "Sets or intervals that promise 0.9 hold the truth in 0.823 of 188 rows",
    ),
    "probabilities that do not come true": (
        {"ece": 0.1501}, "model: calibration error", "0.150", "<= 0.150", "see the reliability plot under Calibration",
    ),
    "a calibration error that is not a number": (
        {"ece": NAN}, "model: calibration error", "nan", "<= 0.150", "see the reliability",
    ),
    "a group below its floor": (
        one_slice(accuracy=0.64), "slice: Sex=female", "0.640", ">= 0.650", "accuracy over 60 rows of the hold-out",
    ),
    "a check that few rows keep": (
        one_check(share=0.98), "behaviour: invariance of Name", "0.980", ">= 1.000", "178 rows judged",
    ),
    "a check without rows": (
        one_check(share=NAN, rows=0), "behaviour: invariance of Name", "nan", ">= 1.000", "0 rows judged",
    ),
}  # fmt: skip


def verdicts(figures: dict[str, Any], product: Product | None = None) -> list[Gate]:
    return all_gates({**FIGURES, **figures}, product or declared())


def test_a_good_model_passes_every_gate() -> None:
    gates = verdicts({})
    assert [gate.name for gate in gates] == NAMES
    assert all(gate.passed for gate in gates)


@pytest.mark.parametrize("name", FAILING)
def test_one_figure_beyond_its_limit_fails_one_gate(name: str) -> None:
    figures, gate_name, value, threshold, detail = FAILING[name]
    gates = verdicts(figures)
    assert [gate.name for gate in gates] == NAMES
    (gate,) = [gate for gate in gates if not gate.passed]
    assert (gate.name, gate.value, gate.threshold) == (gate_name, value, threshold)
    assert detail in gate.detail


def test_a_metric_that_is_not_a_number_passes_nothing() -> None:
    failed = [gate.name for gate in verdicts({"metrics": {"accuracy": {"value": NAN}}}) if not gate.passed]
    assert failed == ["model: accuracy", "model: above baseline"]


def test_a_column_without_a_large_group_was_not_judged() -> None:
    gates = verdicts({}, declared(("min_rows: 20", "min_rows: 50")))
    (gate,) = [gate for gate in gates if not gate.passed]
    assert (gate.name, gate.value, gate.threshold) == ("slice: Pclass", "no group", ">= 0.600")
    assert gate.detail.startswith("No group of Pclass has 50 rows in the hold-out")


def test_a_slice_of_a_column_that_the_feature_set_has_not_is_left_out() -> None:
    names = [gate.name for gate in verdicts({}, declared(("feature_set: all", "feature_set: v3")))]
    assert not [name for name in names if name.startswith("slice: Sex=")]


def test_without_a_calibration_limit_there_is_no_such_gate() -> None:
    without = declared(("  calibration:\n    max_ece: 0.15\n", ""))
    assert "model: calibration error" not in [gate.name for gate in verdicts({}, without)]


def test_a_regression_has_ceilings() -> None:
    temperatures = load("temperatures")
    ceiling, gain = temperatures.gates.ceiling, temperatures.gates.above_baseline
    assert ceiling is not None

    def judged(error: float, trivial: float = 1e9) -> dict[str, bool]:
        measured = {"metrics": {"rmse": {"value": error}}, "baseline": {"rmse": trivial}}
        figures = {**measured, "ece": None, "slices": [], "behaviour": [], "megabytes": 1.0}
        figures["coverage"] = {"rows": 900, "covered": 0.5, "least": 0.87, "slices": []}
        return {gate.name: gate.passed for gate in all_gates(figures, temperatures)}

    assert judged(ceiling)["model: rmse"]
    assert judged(ceiling)["model: coverage"], "later rows are promised nothing"
    assert not judged(ceiling + 0.001)["model: rmse"]
    assert judged(1.0, trivial=1.001 + gain)["model: above baseline"]
    assert not judged(1.0, trivial=0.999 + gain)["model: above baseline"]


def trained(seed: int | None = None) -> tuple[ProductModel, pd.DataFrame]:
    """A linear model of the small product, and its hold-out; with a seed, of targets that were shuffled by it."""
    declared, rows = product("binary", "linear"), table("binary", 1000)
    if seed is not None:
        rows["y"] = rows["y"].sample(frac=1, random_state=seed).to_numpy()
    model = fit(declared.contract, declared.model, (rows[:500], rows[500:700])).model
    return model, rows[700:].reset_index(drop=True)


@pytest.fixture(scope="module")
def good() -> tuple[ProductModel, pd.DataFrame]:
    return trained()


def checked(**checks: Any) -> Product:
    """The small product with a linear model, a floor that a model of any use keeps, and these checks."""
    plain = product("binary", "linear")
    gates = {"floor": 0.7, "above_baseline": 0.1, "checks": checks}
    return Product.model_validate({**plain.model_dump(exclude_unset=True), "gates": gates})


def test_a_model_of_shuffled_answers_is_no_better_than_the_trivial_one(good: tuple[ProductModel, pd.DataFrame]) -> None:
    small = checked()

    def failed(model: ProductModel, holdout: pd.DataFrame) -> list[str]:
        figures = evaluate(holdout, codes(holdout["y"], small.target), model.scores(holdout), small)
        return [
            gate.name for gate in all_gates({**figures, "behaviour": [], "megabytes": 1.0}, small) if not gate.passed
        ]

    assert failed(*good) == []
    assert failed(*trained(seed=0)) == ["model: accuracy", "model: above baseline"]


CHECKS: dict[str, tuple[dict[str, Any], str, bool]] = {
    "the score may not depend on what drives it": (
        {"invariance": {"size": {"values": [-2, 2]}}}, "behaviour: invariance of size", False,
    ),
    "nor on a part of the text that drives it": (
        {"invariance": {"note": {"pattern": "broken|in time", "values": ["broken", "in time"]}}},
        "behaviour: invariance of note", False,
    ),
    "a tolerance is allowed": (
        {"invariance": {"size": {"values": [-2, 2], "tolerance": 1}}}, "behaviour: invariance of size", True,
    ),
    "values of other rows": ({"invariance": {"kind": {}}}, "behaviour: invariance of kind", False),
    "more of what raises the score may not lower it": (
        {"direction": {"size": {"add": 1, "effect": "no lower"}}}, "behaviour: direction of size", True,
    ),
    "nor raise it": (
        {"direction": {"size": {"add": 1, "effect": "no higher"}}}, "behaviour: direction of size", False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKS)
def test_behaviour_is_measured_by_changing_the_rows(name: str, good: tuple[ProductModel, pd.DataFrame]) -> None:
    checks, gate_name, passes = CHECKS[name]
    measured = behaviour.measure(*good, checked(**checks))
    (gate,) = behaviour.gates(measured)
    assert (gate.name, gate.passed) == (gate_name, passes)
    assert f"({measured[0]['rows']} rows judged)" in gate.detail


def test_rows_without_a_value_are_not_judged_by_a_direction(good: tuple[ProductModel, pd.DataFrame]) -> None:
    model, holdout = good
    small = checked(direction={"size": {"add": 1, "effect": "no lower"}})
    (measured,) = behaviour.measure(model, holdout.assign(size=np.nan), small)
    assert measured["rows"] == 0
    (gate,) = behaviour.gates([measured])
    assert not gate.passed
