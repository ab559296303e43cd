"""Logged rows answered by another model: how many answers change, where, and by how much."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.base.errors import UserError
from core.spec.contract import Contract
from core.table.logged import latest_rows
from tests.support.small_live import small_live
from tests.support.watched import log_rows, many
from watch.replay import differences, headline

CONTRACT: Contract = small_live().serving.contract


def test_the_same_model_changes_nothing(tmp_path: Path) -> None:
    rows, live = many("binary").head(100), small_live()
    log_rows(tmp_path, rows, live)
    table = latest_rows(tmp_path, live.version, CONTRACT.features)
    scores = live.require_model().scores(table)
    np.testing.assert_allclose(scores, live.require_model().scores(rows))  # what was logged is what was asked
    facts = differences(table, scores, scores, CONTRACT)
    assert (facts["rows"], facts["changed"], facts["turns"], facts["moved"]["max"]) == (100, 0, {}, 0)


def test_what_changes_is_counted_and_placed() -> None:
    table = pd.DataFrame({"kind": ["a"] * 50 + ["b"] * 50, "size": np.arange(100.0)})
    before = np.full(100, 0.4)
    after = np.where(table["kind"] == "b", 0.9, 0.4)
    facts = differences(table, before, after, CONTRACT)
    assert facts["turns"] == {"no -> yes": 50}
    assert facts["moved"]["max"] == pytest.approx(0.5)
    assert {(row["column"], row["group"]) for row in facts["groups"] if row["share"] == 1} == {
        ("kind", "b"),
        ("size", "above 69.3"),
    }
    assert "50 answers change (50.0%): no -> yes 50" in headline({**facts, "product": "small"})


def test_a_number_has_changed_if_it_moved_by_much() -> None:
    before = np.arange(100.0)
    after = before + np.where(before < 10, 20, 0.1)
    facts = differences(pd.DataFrame({"size": before}), before, after, small_live("regression").serving.contract)
    assert (facts["changed"], facts["turns"]) == (10, {"up": 10})


def test_a_log_without_what_the_model_needs_is_refused(tmp_path: Path) -> None:
    rows, live = many("binary").head(30), small_live()
    log_rows(tmp_path, rows, live, unlogged={"note"})
    with pytest.raises(UserError, match="the log has no note"):
        latest_rows(tmp_path, live.version, CONTRACT.features)
    with pytest.raises(UserError, match="the champion has answered none of its rows"):
        latest_rows(tmp_path, "another", {})
    with pytest.raises(UserError, match="no file of a prediction log"):
        latest_rows(tmp_path / "none", live.version, {})
