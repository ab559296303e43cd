"""What is read from `dvc exp show`, and what Hydra composes."""

from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from lab4 import experiments
from lab4.tests.support.scratch import LAB

HEADER = (
    "Experiment,rev,typ,State,accuracy,accuracy_se,roc_auc,log_loss,baseline,rows,"
    "data.name,model.name,model.depth,model.iterations"
)
SHOWN = """
,workspace,baseline,,0.7,0.03,0.8,0.5,0.6,223,published,catboost,4,200
,main,baseline,,0.7,0.03,0.8,0.5,0.6,223,published,catboost,4,200
one,a,branch_commit,Success,0.71,0.03,0.8,0.5,0.6,223,v1,logistic,,
two,b,branch_commit,Success,0.73,0.03,0.8,0.5,0.6,223,v1,catboost,2,50
bad,c,branch_commit,Failed,0.7,0.03,0.8,0.5,0.6,223,v1,catboost,6,50
"""


def test_a_failed_experiment_is_not_taken_for_its_parents_result() -> None:
    table = experiments.results(HEADER + SHOWN)
    assert table["accuracy"].to_list() == [0.73, 0.71]
    assert table["model.depth"].to_list()[0] == 2
    assert table["model.depth"].isna().to_list() == [False, True]


def test_a_grid_without_a_depth_is_read_too() -> None:
    lines = [line.rsplit(",", 2)[0] for line in (HEADER + SHOWN).splitlines() if "catboost" not in line]
    assert experiments.results("\n".join(lines))["model.name"].to_list() == ["logistic"]


def test_params_yaml_is_what_hydra_composes_from_conf() -> None:
    with initialize_config_dir(str(LAB / "conf"), version_base=None):
        assert (LAB / "params.yaml").read_text() == OmegaConf.to_yaml(compose("config"))
