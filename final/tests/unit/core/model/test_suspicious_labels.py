"""Suspicious labels are named by the id of their row, or else by its first features."""

import numpy as np
import pandas as pd
import pytest

from core.model import suspicious_labels
from core.model.suspicious_labels import label_suspects
from tests.support.small_products import FEATURES, declared

ROWS = pd.DataFrame(
    {
        "number": ["a", "b", "c", "d"],
        "size": [1.0, 2.0, 3.0, 4.0],
        "shape": "round",
        "bought": ["yes", "yes", "no", "no"],
    }
)
SCORES = np.array([0.9, 0.2, 0.1, 0.7])  # thresholds: yes 0.55, no (0.9 + 0.3) / 2 = 0.6
MORE = {**FEATURES, "one": {"type": "number"}, "two": {"type": "number"}}


def test_the_most_contradicted_comes_first_by_its_id() -> None:
    labels = label_suspects(ROWS, SCORES, declared(id="number").contract)
    assert (labels["rows"], labels["estimate"]) == (4, pytest.approx(2))
    assert labels["listed"] == [
        {"row": "number b", "label": "yes", "likely": "no", "probability": pytest.approx(0.8)},
        {"row": "number d", "label": "no", "likely": "yes", "probability": pytest.approx(0.7)},
    ]


def test_without_an_id_the_first_features_name_the_row() -> None:
    rows = ROWS.assign(one=1.0, two=2.0)
    labels = label_suspects(rows, SCORES, declared(features=MORE).contract)
    assert labels["listed"][0]["row"] == "size 2.0, shape round, one 1.0"


def test_the_list_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suspicious_labels, "LISTED", 1)
    assert len(label_suspects(ROWS, SCORES, declared().contract)["listed"]) == 1


def test_probabilities_of_several_classes_are_taken_as_they_are() -> None:
    rows = pd.DataFrame({"kind": ["red", "red", "green", "blue"], "size": 1.0, "shape": "round"})
    scores = np.array([[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1], [0, 0, 1.0]])
    (suspect,) = label_suspects(rows, scores, declared("multiclass").contract)["listed"]
    assert (suspect["label"], suspect["likely"], suspect["probability"]) == ("red", "green", 0.8)
