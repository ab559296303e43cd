"""What is taken over from `dvc exp show`, and what is needed before there can be experiments."""

from pathlib import Path

import pytest

from lab4 import experiments

HEADER = (
    "Experiment,rev,typ,State,accuracy,accuracy_se,roc_auc,log_loss,baseline,rows,"
    "features.name,model.name,model.depth,model.iterations"
)
SHOWN = """
,workspace,baseline,,0.7,0.03,0.8,0.5,0.6,223,v3,catboost,4,200
,main,baseline,,0.7,0.03,0.8,0.5,0.6,223,v3,catboost,4,200
one,a,branch_commit,Success,0.71,0.03,0.8,0.5,0.6,223,v1,logistic,,
two,b,branch_commit,Success,0.73,0.03,0.8,0.5,0.6,223,v1,catboost,2,50
bad,c,branch_commit,Failed,0.7,0.03,0.8,0.5,0.6,223,v1,catboost,6,50
"""


def test_a_failed_experiment_is_not_taken_for_its_parents_result() -> None:
    rows = experiments.results(HEADER + SHOWN)
    assert [row["experiment"] for row in rows] == ["two", "one"]
    assert (rows[0]["depth"], rows[1]["depth"]) == (2, None)


def test_without_a_pipeline_there_is_nothing_to_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab4.store.git.isolate", lambda _workspace: None)  # the environment of the tests is to stay
    with pytest.raises(SystemExit, match=r"run pipeline\.sh first"):
        experiments.main(tmp_path, tmp_path, "v1", "2", "5", 1)
