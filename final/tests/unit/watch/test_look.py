"""One verdict on a log: silent without harm, act when labels or estimate are below what is allowed, look at drift."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.base.errors import UserError
from service.prediction_log.files import LogFolder
from service.prediction_log.labels import Label, keep
from tests.support.watched import label_rows, log_rows, many, reference
from watch import look
from watch.page import render


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return many("binary").head(600)


def wrong(labels: pd.Series, share: float) -> list[str]:
    """Labels of which a share is turned round."""
    turned = np.random.default_rng(0).random(len(labels)) < share
    return [{"yes": "no", "no": "yes"}[label] if turn else label for label, turn in zip(labels, turned, strict=True)]


def test_rows_like_those_of_the_holdout_are_steady(tmp_path: Path, rows: pd.DataFrame) -> None:
    log_rows(tmp_path, rows, reference().live)
    label_rows(tmp_path, rows["y"].tolist()[:300])
    facts = look.of_log(reference(), tmp_path)
    assert facts["verdict"] == "steady"
    assert (facts["rows"], facts["labelled"], facts["alarms"]) == (600, 300, [])
    assert facts["estimated"]["low"] <= facts["realised"]["value"] <= facts["estimated"]["high"]


def test_labels_that_show_harm_are_act(tmp_path: Path, rows: pd.DataFrame) -> None:
    log_rows(tmp_path, rows, reference().live)
    label_rows(tmp_path, wrong(rows["y"], 0.4))
    facts = look.of_log(reference(), tmp_path)
    assert facts["verdict"] == "act"
    assert "the realised performance is below the allowed" in facts["headline"]


def test_rows_that_became_hard_are_act_without_labels(tmp_path: Path, rows: pd.DataFrame) -> None:
    model = reference().live.require_model()
    confidence = np.abs(model.scores(many("binary")) - 0.5)
    hard = many("binary").iloc[np.argsort(confidence)[:300]]
    log_rows(tmp_path, hard, reference().live)
    facts = look.of_log(reference(), tmp_path)
    assert facts["verdict"] == "act"
    assert "the estimated performance is below the allowed" in facts["headline"]


def test_a_move_of_an_important_feature_is_looked_at(tmp_path: Path, rows: pd.DataFrame) -> None:
    log_rows(tmp_path, rows.assign(flag="true", count=8.0), reference().live)
    facts = look.of_log(reference(), tmp_path)
    assert facts["verdict"] == "look"
    assert any("count moved" in alarm for alarm in facts["alarms"])


def test_evidence_goes_on_from_look_to_look_and_each_file_counts_once(tmp_path: Path, rows: pd.DataFrame) -> None:
    labels = wrong(rows["y"], 0.4)
    for day in range(6):
        part = slice(100 * day, 100 * day + 100)
        log_rows(tmp_path, rows.iloc[part], reference().live, start=100 * day, day=day)
        label_rows(tmp_path, labels[part], start=100 * day)
        facts = look.of_log(reference(), tmp_path)
        again = look.of_log(reference(), tmp_path)
        assert again["checks"] == facts["checks"]
    assert facts["verdict"] == "act"
    assert again["looks"] == 12
    assert len(facts["days"]) == 6
    assert "Performance by day" in render(facts)


def test_a_label_that_is_sent_again_is_no_new_evidence(tmp_path: Path, rows: pd.DataFrame) -> None:
    log_rows(tmp_path, rows.head(50), reference().live)
    label_rows(tmp_path, wrong(rows["y"].head(50), 0.3))
    before = look.of_log(reference(), tmp_path)
    label_rows(tmp_path, rows["y"].head(50).tolist())
    after = look.of_log(reference(), tmp_path)
    assert after["checks"] == before["checks"]
    assert after["realised"]["value"] > before["realised"]["value"]  # the last label counts


def test_a_label_that_came_before_its_row_was_written_counts_with_the_row(tmp_path: Path, rows: pd.DataFrame) -> None:
    log_rows(tmp_path, rows.head(50), reference().live)
    label_rows(tmp_path, wrong(rows["y"].head(100), 0.5))
    before = look.of_log(reference(), tmp_path)
    log_rows(tmp_path, rows.iloc[50:100], reference().live, start=50)
    after = look.of_log(reference(), tmp_path)
    assert (before["labelled"], after["labelled"]) == (50, 100)
    assert after["checks"][0]["name"] == "realised performance"
    assert (before["checks"][0]["alarm"], after["checks"][0]["alarm"]) == (False, True)


def test_labels_of_a_file_are_kept_beside_the_log_once(tmp_path: Path, rows: pd.DataFrame) -> None:
    log_rows(tmp_path, rows.head(50), reference().live)
    labels = pd.DataFrame({"request_id": range(50), "truth": rows["y"].head(50)})
    labels.to_csv(tmp_path / "given.csv", index=False)
    for _ in range(2):
        assert look.of_log(reference(), tmp_path, tmp_path / "given.csv")["labelled"] == 50
    assert len(list(tmp_path.glob("labels-*.parquet"))) == 1


def test_rows_are_labelled_by_the_products_id(tmp_path: Path, rows: pd.DataFrame) -> None:
    log_rows(tmp_path, rows.head(50), reference().live, ids=[f"n{number}" for number in range(50)])
    log_rows(tmp_path, rows.iloc[50:60], reference().live, start=50)
    labels = pd.DataFrame({"number": [f"n{number}" for number in range(60)], "truth": rows["y"].head(60)})
    labels.to_csv(tmp_path / "given.csv", index=False)
    assert look.of_log(reference(), tmp_path, tmp_path / "given.csv")["labelled"] == 50


def test_a_row_labelled_by_both_ids_is_evidence_once_and_has_its_last_label(tmp_path: Path, rows: pd.DataFrame) -> None:
    ids = [f"n{number}" for number in range(50)]
    log_rows(tmp_path, rows.head(50), reference().live, ids=ids)
    label_rows(tmp_path, wrong(rows["y"].head(50), 0.3))
    before = look.of_log(reference(), tmp_path)
    keep(LogFolder(tmp_path, 0, 0), [Label(None, key, label) for key, label in zip(ids, rows["y"], strict=False)])
    after = look.of_log(reference(), tmp_path)
    assert after["labelled"] == before["labelled"] == 50
    assert after["checks"] == before["checks"]
    assert after["realised"]["value"] > before["realised"]["value"]


def test_rows_of_another_model_and_masked_columns_are_left_out(tmp_path: Path, rows: pd.DataFrame) -> None:
    log_rows(tmp_path, rows.head(70), reference().live, model="another")
    log_rows(tmp_path, rows, reference().live, unlogged={"note", "size"})
    facts = look.of_log(reference(), tmp_path)
    assert (facts["verdict"], facts["rows"], facts["rows_of_other_models"]) == ("steady", 600, 70)
    assert not [effect for effect in facts["features"] if effect["feature"].startswith(("note", "size"))]


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_every_task_is_watched(task: str, tmp_path: Path) -> None:
    rows = many(task).head(500)
    log_rows(tmp_path, rows, reference(task).live)
    label_rows(tmp_path, rows["y"].tolist())
    facts = look.of_log(reference(task), tmp_path)
    assert facts["verdict"] == "steady"
    assert facts["estimated"]["low"] <= facts["realised"]["value"] <= facts["estimated"]["high"]
    assert json.loads(json.dumps(facts)) == facts


def test_a_table_is_looked_at_once_with_what_breaks_the_contract(tmp_path: Path, rows: pd.DataFrame) -> None:
    table = rows.assign(kind=["z"] * 20 + rows["kind"].tolist()[20:])
    table.to_csv(tmp_path / "new.csv", index=False)
    facts = look.of_table(reference(), tmp_path / "new.csv")
    assert (facts["verdict"], facts["rows"], facts["invalid"]) == ("steady", 580, {"kind": 20})
    assert facts["labelled"] == 580  # the target's column of the table


def test_the_page_escapes_what_the_table_holds(tmp_path: Path, rows: pd.DataFrame) -> None:
    log_rows(tmp_path, rows.head(50), reference().live)
    facts = look.of_log(reference(), tmp_path)
    facts["title"] = "<script>"
    page = render(facts)
    assert "<script>" not in page
    assert "://" not in page


def test_mistakes_are_told(tmp_path: Path, rows: pd.DataFrame) -> None:
    with pytest.raises(UserError, match="no file of a prediction log"):
        look.of_log(reference(), tmp_path)
    with pytest.raises(UserError, match="must be the folder of a log"):
        look.of_log(reference(), tmp_path / "none")
    log_rows(tmp_path, rows.head(5), reference().live, model="another")
    with pytest.raises(UserError, match="5 are of others"):
        look.of_log(reference(), tmp_path)
    (tmp_path / "watch.json").write_text("[")
    with pytest.raises(UserError, match=r"watch\.json: not a state"):
        look.of_log(reference(), tmp_path)
    (tmp_path / "labels.csv").write_text("request_id,truth\n0,maybe\n")
    with pytest.raises(UserError, match="the label of '0' must be one of no, yes"):
        look.of_log(reference(), tmp_path, tmp_path / "labels.csv")
    (tmp_path / "labels.csv").write_text("id\n0\n")
    with pytest.raises(UserError, match="needs the columns request_id, or the product's id, and truth"):
        look.of_log(reference(), tmp_path, tmp_path / "labels.csv")
    (tmp_path / "bad.csv").write_text("kind\nz\n")
    with pytest.raises(UserError, match="no row is what the contract says"):
        look.of_table(reference(), tmp_path / "bad.csv")
