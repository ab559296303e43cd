"""Rules of a product file about several keys at once: each is refused with its key and the reason."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from core.spec.yaml_file import ProductError, load
from tests.support.small_products import FEATURES, TARGETS, declared

DAY = {**FEATURES, "day": {"type": "date"}}


def checks(**kinds: Any) -> dict[str, Any]:
    return {"gates": {"floor": 0.5, "checks": kinds}}


BROKEN: dict[str, tuple[str, dict[str, Any], str]] = {
    "a day that may be missing": (
        "binary",
        {"features": {**FEATURES, "day": {"type": "date", "nullable": True}}, "split": {"by": "day"}},
        "day is nullable; a row without a date has no place in time",
    ),
    "a day outside the feature set": (
        "binary",
        {"features": DAY, "split": {"by": "day"}, "feature_set": "few", "feature_sets": {"few": ["size"]}},
        "day is not in the feature set few",
    ),
    "a direction of no class": (
        "multiclass",
        checks(direction={"size": {"add": 1, "effect": "no lower", "of": "pink"}}),
        "of must name one of the classes red, green, blue",
    ),
    "a direction of one class of two": (
        "binary",
        checks(direction={"size": {"add": 1, "effect": "no lower", "of": "yes"}}),
        "of is for several classes; this task has one score",
    ),
    "calibration of numbers": (
        "regression",
        {"gates": {"floor": 0.5, "calibration": {"max_ece": 0.1}}},
        "a regression has no probabilities to be calibrated",
    ),
    "a floor for errors of slices": (
        "regression",
        {"gates": {"floor": 0.5, "slices": {"floors": {"shape": 1}}}},
        "mae is limited by ceilings, not by floors",
    ),
    "a pattern without values": (
        "binary",
        checks(invariance={"shape": {"pattern": "x"}}),
        "a pattern needs values to put in its place",
    ),
    "a pattern that is none": (
        "binary",
        checks(invariance={"shape": {"pattern": "(", "values": ["a"]}}),
        "pattern is not a regular expression",
    ),
    "bounds turned round": (
        "regression",
        {"target": {**TARGETS["regression"], "min": 5, "max": 5}},
        "min 5 is not less than max 5",
    ),
    "bounds of classes": (
        "binary",
        {"target": {**TARGETS["binary"], "min": 0}},
        "min, max and unit are for task regression, this is binary",
    ),
    "a label of no class": (
        "binary",
        {"target": {**TARGETS["binary"], "labels": {"yes": "Yes", "maybe": "Maybe"}}},
        "labels: maybe is not among values",
    ),
    "a positive one of three": (
        "multiclass",
        {"target": {**TARGETS["multiclass"], "positive": "red"}},
        "positive is for task binary; multiclass serves the probability of every class",
    ),
    "a direction of several classes": (
        "multiclass",
        {"features": {"size": {"type": "number", "monotone": "rising"}}},
        "rising cannot be kept: a score of several classes has no direction",
    ),
    "a direction of a linear model": (
        "binary",
        {"features": {"size": {"type": "number", "monotone": "rising"}}, "model": {"estimator": "linear"}},
        "model: must be one that CatBoost trains here",
    ),
    "a direction of what the model does not see": (
        "binary",
        {
            "features": {
                "size": {"type": "number", "monotone": "rising", "in_model": False},
                "other": {"type": "number"},
            }
        },
        "the model does not see the feature itself",
    ),
    "a direction of what is also derived": (
        "binary",
        {
            "features": {"size": {"type": "number", "monotone": "falling"}},
            "derived": {"larger": {"sum": ["size"], "plus": 1}},
        },
        "larger is made of it, and has no direction",
    ),
    "a decision between three": ("multiclass", {"decision": {"threshold": 0.3}}, "is between two classes"),
    "a decision by two rules": (
        "binary",
        {"decision": {"threshold": 0.3, "costs": {"missed": 5, "false_alarm": 1}}},
        "give either costs or threshold",
    ),
    "costs of a given model": (
        "binary",
        {"decision": {"costs": {"missed": 5, "false_alarm": 1}}, "model": {"file": "m.cbm"}},
        "give a threshold",
    ),
    "an abstention without a promise": (
        "binary",
        {"abstain": True},
        "is for the sets of classes that coverage promises",
    ),
    "an abstention from a number": (
        "regression",
        {"abstain": True, "coverage": 0.9},
        "is for the sets of classes that coverage promises",
    ),
    "a weight that is a feature": ("binary", {"weight": "size"}, "size is a feature: name a column that only says how"),
    "a weight that is the target": ("binary", {"weight": "bought"}, "bought is the target: name a column that"),
    "a weight that is the id": ("binary", {"weight": "number", "id": "number"}, "number is the id: name a column that"),
    "a weight that is the group": (
        "binary",
        {"weight": "who", "split": {"group": "who"}},
        "who is split.group: name a column that",
    ),
    "a weight that is ignored": ("binary", {"weight": "w", "ignore": ["w"]}, "w is in ignore: name a column that"),
    "a weight that is derived": (
        "binary",
        {"weight": "w", "derived": {"w": {"sum": ["size"]}}},
        "w is in derived: name a column that",
    ),
    "a database without an address": (
        "binary",
        {"source": {"sql": {"query": "select 1"}}},
        "give either url or url_from",
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_refused(rule: str) -> None:
    task, keys, reason = BROKEN[rule]
    with pytest.raises(ValidationError) as error:
        declared(task, **keys)
    assert reason in str(error.value)


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "product.yaml"
    file.write_text("- a list\n")
    with pytest.raises(ProductError) as error:
        load(str(tmp_path))
    assert str(error.value) == f"{file}:1: must be a mapping of keys such as name, target, features"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "product.yaml"
    file.write_bytes(b"name: caf\xe9\n")
    with pytest.raises(ProductError, match=r"product\.yaml: cannot be read: 'utf-8' codec can't decode byte 0xe9"):
        load(str(file))


def test_a_folder_without_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "product.yaml"
    with pytest.raises(ProductError) as error:
        load(str(file))
    assert str(error.value) == f"{file}: no such product file"


def test_a_mistake_in_a_list_names_its_line(tmp_path: Path) -> None:
    text = (Path(__file__).parent / "valid" / "small.yaml").read_text()
    lines = text.splitlines()
    lines += ["feature_sets:", "  few:", "    - size", "    - [nested]"]
    (tmp_path / "product.yaml").write_text("\n".join(lines) + "\n")
    with pytest.raises(ProductError) as error:
        load(str(tmp_path))
    assert f"product.yaml:{len(lines)}: feature_sets.few.1: " in str(error.value)
