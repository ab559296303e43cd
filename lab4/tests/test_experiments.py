"""Experiments over data version and model: Hydra composes, DVC queues and runs, the workspace stays as it was."""

import json
from pathlib import Path

import pytest

from lab4 import experiments
from lab4.tests.conftest import LAB, Run

GRID = {"EXP_FEATURES": "v1", "EXP_DEPTH": "2", "EXP_ITERATIONS": "5"}
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


@pytest.fixture(scope="module")
def tried(run: Run) -> Run:
    before = [run.scratch.git("workspace", *a) for a in (("status", "--porcelain"), ("rev-parse", "main"))]
    done = run.scratch.python("experiments.py", **GRID)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "2 experiments queued" in done.stderr
    assert "2 of 2: " in done.stderr
    after = [run.scratch.git("workspace", *a) for a in (("status", "--porcelain"), ("rev-parse", "main"))]
    assert after == before
    return run


def test_the_grid_is_run_and_each_result_belongs_to_its_parameters(tried: Run) -> None:
    rows = json.loads((tried.scratch.lab / "reports/experiments.json").read_text())["rows"]
    found = {(r["features"], r["model"], r["depth"], r["iterations"]) for r in rows}
    assert found == {("v1", "logistic", None, None), ("v1", "catboost", 2, 5)}, "the workspace itself is at v3"
    accuracies = [row["accuracy"] for row in rows]
    assert accuracies == sorted(accuracies, reverse=True)
    assert min(accuracies) > rows[0]["baseline"]
    for row in rows:
        pattern = f"refs/exps/**/{row['experiment']}"
        [ref] = tried.scratch.git("workspace", "for-each-ref", "--format=%(refname)", pattern).split()
        committed = json.loads(tried.scratch.git("workspace", "show", f"{ref}:metrics.json"))
        assert committed["accuracy"] == row["accuracy"]
        assert f"name: {row['features']}\n" in tried.scratch.git("workspace", "show", f"{ref}:params.yaml")


def test_the_report_shows_them_and_a_rerun_still_works(tried: Run) -> None:
    done = tried.scratch.python("report.py")
    assert done.stdout == "Data versions published and verified: v1 v2 v3\n"
    html = (tried.scratch.lab / "reports/report.html").read_text()
    assert "2 combinations of data version and model" in html
    assert 'src="data:image/png;base64,' in html
    assert (tried.scratch.lab / "reports/experiments.png").stat().st_size > 10_000
    done = tried.scratch.python("publish.py")
    assert done.returncode == 0, done.stderr


def test_params_yaml_is_what_hydra_composes_from_conf(run: Run) -> None:
    from hydra import compose, initialize_config_dir
    from omegaconf import OmegaConf

    with initialize_config_dir(str(LAB / "template/conf"), version_base=None):
        text = OmegaConf.to_yaml(compose("config"))
    assert (run.scratch.lab / "workspace/params.yaml").read_text() == text


def test_a_failed_experiment_is_not_taken_for_its_parents_result() -> None:
    rows = experiments.results(HEADER + SHOWN)
    assert [row["experiment"] for row in rows] == ["two", "one"]
    assert (rows[0]["depth"], rows[1]["depth"]) == (2, None)


def test_without_a_pipeline_there_is_nothing_to_try(tmp_path: Path, run: Run) -> None:
    done = run.scratch.python("experiments.py", "--workspace", str(tmp_path))
    assert done.returncode == 1
    assert "run pipeline.sh first" in done.stderr
    assert done.stderr.count("\n") == 1
