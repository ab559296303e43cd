"""The whole module by its one command: three versions published, proven, and the outer repository untouched."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from lab4.store import git
from lab4.tests.conftest import LAB, Run, Scratch, clean_environment, state

TAGS = ("v1", "v2", "v3")
LINE = "Data versions published and verified: v1 v2 v3\n"


def commits(scratch: Scratch) -> dict[str, str]:
    names = ("main", *TAGS)
    return {name: scratch.git("workspace", "rev-parse", f"{name}^{{commit}}") for name in names}


def test_one_line_on_stdout_and_everything_else_on_stderr(run: Run) -> None:
    assert run.done.returncode == 0, run.done.stderr
    assert run.done.stdout == LINE
    assert "Traceback" not in run.done.stderr


def test_the_outer_repository_and_the_users_settings_are_untouched(run: Run) -> None:
    assert run.after == run.before
    assert run.before["status"] == ""


def test_the_workspace_keeps_its_own_settings_when_used_by_hand(run: Run) -> None:
    def by_hand(*arguments: str) -> str:
        command = ["git", "-C", str(run.scratch.lab / "workspace"), *arguments]
        return subprocess.run(command, env=run.scratch.env, capture_output=True, text=True, check=True).stdout.strip()

    assert by_hand("config", "user.email") != "outer@example.invalid"
    for name, value in git.SETTINGS.items():
        assert by_hand("config", name) == value


def test_each_version_is_a_commit_an_annotated_tag_and_an_object_in_the_remote(run: Run) -> None:
    found = commits(run.scratch)
    assert len(set(found.values())) == 4
    for tag in TAGS:
        assert run.scratch.git("remote/git", "cat-file", "-t", tag) == "tag"
        assert run.scratch.git("remote/git", "rev-parse", f"{tag}^{{commit}}") == found[tag]
        md5 = hashlib.md5((run.scratch.lab / f"data/{tag}.csv").read_bytes()).hexdigest()
        assert md5 in run.scratch.git("remote/git", "show", f"{tag}:titanic.csv.dvc")
        stored = run.scratch.lab / "remote/dvc/files/md5" / md5[:2] / md5[2:]
        assert hashlib.md5(stored.read_bytes()).hexdigest() == md5
    assert run.scratch.git("workspace", "log", "-1", "--format=%an") == "lab4 pipeline"
    assert run.scratch.git("workspace", "status", "--porcelain") == ""


def test_anyone_can_clone_pull_and_find_the_version_as_asked(run: Run, tmp_path: Path) -> None:
    def shell(line: str) -> None:
        env = {**clean_environment(), "HOME": str(tmp_path), "DVC_SITE_CACHE_DIR": str(tmp_path / "site")}
        env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
        subprocess.run(["bash", "-euc", line], cwd=tmp_path, env=env, check=True, capture_output=True)

    shell(f"git clone '{run.scratch.lab}/remote/git' clone && cd clone && git checkout v1 && dvc pull")
    v1 = pd.read_csv(tmp_path / "clone/titanic.csv")
    assert list(v1) == ["Pclass", "Sex", "Age", "Survived"]
    assert len(v1) == 891
    assert v1["Age"].isna().sum() == 177
    shell("cd clone && git checkout v2 && dvc pull")
    v2 = pd.read_csv(tmp_path / "clone/titanic.csv")
    assert v2["Age"].isna().sum() == 0
    assert v2["Age"].mean() == pytest.approx(29.699, abs=5e-4)
    assert (v2["Age"][v1["Age"].notna()] == v1["Age"].dropna()).all()
    pd.testing.assert_frame_equal(v1.drop(columns="Age"), v2.drop(columns="Age"))
    shell("cd clone && git checkout v3 && dvc pull")
    v3 = pd.read_csv(tmp_path / "clone/titanic.csv")
    assert list(v3) == ["Pclass", "Sex_female", "Sex_male", "Age", "Survived"]
    assert (v3["Sex_female"] + v3["Sex_male"] == 1).all()


def test_the_proof_visits_each_version_twice_in_another_order_than_theirs(run: Run) -> None:
    visits = json.loads((run.scratch.lab / "reports/switching.json").read_text())["visits"]
    order = [visit["version"] for visit in visits]
    assert order[: len(TAGS)] != list(TAGS)
    assert all(order.count(tag) == 2 for tag in TAGS)
    for tag in TAGS:
        first, again = (visit for visit in visits if visit["version"] == tag)
        assert (first["fetched"], again["fetched"]) == (1, 0)
        content = (run.scratch.lab / f"data/{tag}.csv").read_bytes()
        assert first["sha256"] == again["sha256"] == hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def again(run: Run) -> Run:
    """A second run, with a small grid of experiments."""
    before = commits(run.scratch)
    grid = {"EXP_FEATURES": "v1", "EXP_DEPTH": "2", "EXP_ITERATIONS": "5"}
    done = run.scratch.bash("pipeline.sh", "--experiments", **grid)
    assert done.returncode == 0, done.stderr
    assert commits(run.scratch) == before
    return Run(run.scratch, done, run.before, state(run.scratch))


def test_a_second_run_publishes_nothing_new(again: Run) -> None:
    assert again.done.stdout == LINE
    assert again.done.stderr.count("was published") == 3
    assert again.after == again.before


def test_experiments_belong_to_their_parameters_and_leave_the_workspace_as_it_was(again: Run) -> None:
    git_of = again.scratch.git
    rows = json.loads((again.scratch.lab / "reports/experiments.json").read_text())["rows"]
    found = {(r["features"], r["model"], r["depth"], r["iterations"]) for r in rows}
    assert found == {("v1", "logistic", None, None), ("v1", "catboost", 2, 5)}, "the workspace itself is at v3"
    assert rows[0]["accuracy"] >= rows[1]["accuracy"] > rows[0]["baseline"]
    for row in rows:
        pattern = f"refs/exps/**/{row['experiment']}"
        [ref] = git_of("workspace", "for-each-ref", "--format=%(refname)", pattern).split()
        assert json.loads(git_of("workspace", "show", f"{ref}:metrics.json"))["accuracy"] == row["accuracy"]
        assert f"name: {row['features']}\n" in git_of("workspace", "show", f"{ref}:params.yaml")
    assert git_of("workspace", "status", "--porcelain") == ""
    html = (again.scratch.lab / "reports/report.html").read_text()
    assert "2 combinations of data version and model" in html
    assert 'src="data:image/png;base64,' in html
    done = again.scratch.python("publish.py")
    assert done.returncode == 0, done.stderr


def test_a_lost_workspace_is_cloned_from_what_was_published(run: Run) -> None:
    before = commits(run.scratch)
    shutil.rmtree(run.scratch.lab / "workspace")
    done = run.scratch.python("publish.py")
    assert done.returncode == 0, done.stderr
    assert commits(run.scratch) == before
    table = run.scratch.lab / "workspace/titanic.csv"
    assert table.read_bytes() == (run.scratch.lab / "data/v3.csv").read_bytes()


def test_the_dag_made_the_published_versions_again_and_is_drawn_in_the_report(run: Run) -> None:
    for tag, output in zip(TAGS, ("raw", "filled", "one_hot"), strict=True):
        made = (run.scratch.lab / f"workspace/data/{output}.csv").read_bytes()
        assert made == (run.scratch.lab / f"data/{tag}.csv").read_bytes()
    report = (run.scratch.lab / "reports/report.md").read_text()
    boxes = re.findall(r"^ *\| ([\w-]+) \|$", report, re.MULTILINE)
    assert boxes == ["raw", "filled", "one-hot", "train", "evaluate"]


def test_params_yaml_is_what_hydra_composes_from_conf(run: Run) -> None:
    with initialize_config_dir(str(LAB / "template/conf"), version_base=None):
        text = OmegaConf.to_yaml(compose("config"))
    assert (run.scratch.lab / "workspace/params.yaml").read_text() == text


def test_the_report_says_what_ran_and_needs_no_other_file(run: Run) -> None:
    html = (run.scratch.lab / "reports/report.html").read_text()
    markdown = (run.scratch.lab / "reports/report.md").read_text()
    for tag, commit in commits(run.scratch).items():
        assert commit[:10] in html
        if tag in TAGS:
            content = (run.scratch.lab / f"data/{tag}.csv").read_bytes()
            for text in (html, markdown):
                assert hashlib.sha256(content).hexdigest() in text
                assert hashlib.md5(content).hexdigest() in text
    assert "177 of 891 cells changed, 177 of them were missing" in markdown
    assert "served by the pinned copy" in markdown
    assert not re.search(r"""(src|href)\s*=\s*["'](?!data:)|<script|@import|url\(""", html)


def test_options_nobody_knows_are_refused_and_help_helps(run: Run) -> None:
    wrong = run.scratch.bash("pipeline.sh", "--experiment")
    assert wrong.returncode == 2
    assert "--experiment;" in wrong.stderr
    assert "--experiments" in run.scratch.bash("pipeline.sh", "--help").stdout


def test_a_failing_stage_stops_the_run_without_a_result_line(fresh: Scratch) -> None:
    snapshot = fresh.lab / "snapshot/train.csv"
    snapshot.write_bytes(snapshot.read_bytes() + b"1\r\n")
    done = fresh.bash("pipeline.sh")
    assert done.returncode == 1
    assert done.stdout == ""
    assert not (fresh.lab / "workspace").exists()
