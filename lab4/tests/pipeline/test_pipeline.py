"""The whole module by its one command: versions made, compared and switched to, and the repository untouched."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from lab4.tests.conftest import Run
from lab4.tests.support import scratch
from lab4.tests.support.scratch import LAB, Scratch, published, stopped

LINE = "Data versions published and verified: v0 v1 v2 v3\n"


def test_one_line_on_stdout_and_everything_else_on_stderr(run: Run) -> None:
    assert run.done.returncode == 0, run.done.stderr
    assert run.done.stdout == LINE
    assert "Traceback" not in run.done.stderr


def test_the_repository_and_the_users_settings_are_untouched(run: Run) -> None:
    assert run.after == run.before
    assert run.before["status"] == ""


def test_the_proof_visits_every_version_and_one_of_them_from_the_cache(run: Run) -> None:
    proof = json.loads((run.scratch.lab / "reports/proof.json").read_text())
    visits = [(visit["version"], visit["source"]) for visit in proof["visits"]]
    assert visits == [("v3", "remote"), ("v1", "remote"), ("v2", "remote"), ("v0", "remote"), ("v2", "cache")]


def test_the_dag_is_one_graph_with_the_versioned_file_after_the_data_stages(run: Run) -> None:
    drawing = json.loads((run.scratch.lab / "reports/proof.json").read_text())["drawing"]
    names = dict(re.findall(r'(node\d+)\["(.+)"\]', drawing))
    edges = {(names[a], names[b]) for a, b in re.findall(r"(node\d+)-->(node\d+)", drawing)}
    chain = ["raw", "columns", "filled", "one-hot", "titanic.csv.dvc", "train", "evaluate"]
    assert set(names.values()) == set(chain)
    assert edges == {*pairwise(chain), ("titanic.csv.dvc", "evaluate")}


@pytest.mark.parametrize("name", ["report.md", "img/experiments.png"])
def test_the_committed_report_is_what_the_run_wrote(run: Run, name: str) -> None:
    remedy = "stale: bash lab4/pipeline.sh && cp -R lab4/reports/{report.md,img} lab4/"
    assert (LAB / name).read_bytes() == (run.scratch.lab / "reports" / name).read_bytes(), remedy


def test_the_report_shows_what_was_asked(run: Run) -> None:
    report = (run.scratch.lab / "reports/report.md").read_text()
    author = run.scratch.git("log", "-1", "--format=%an", published()["v2"].commit)
    for version in published().values():
        for text in (version.commit[:10], version.md5, version.change, author):
            assert text in report
    assert "```mermaid" in report
    assert "15 combinations of data version and model" in report


def test_a_shallow_clone_says_how_to_get_the_history_and_still_makes_the_versions(tmp_path: Path) -> None:
    shallow = scratch.clone(tmp_path, "--depth", "1")
    done = shallow.run("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Data versions made and compared with the published ones: v0 v1 v2 v3\n"
    assert "not switched to" in done.stderr
    assert "git fetch --unshallow" in done.stderr


def test_an_archive_says_that_a_clone_has_the_history(tmp_path: Path) -> None:
    archive = Scratch(tmp_path / "an archive")
    archive.root.mkdir()
    scratch.overlay(archive.root)
    done = archive.run("switch_versions.py", GIT_CEILING_DIRECTORIES=str(tmp_path))
    assert done.returncode == 3
    assert "clone the repository with git" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_step_that_makes_another_version_stops_the_run(clone: Scratch) -> None:
    step = clone.lab / "fill_age.py"
    step.write_text(step.read_text().replace("math.fsum(ages) / len(ages)", "ages.median()"))
    done = clone.run("pipeline.sh")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "v2.csv is not v2 as published: md5 " in done.stderr
    assert f"published {published()['v2'].md5}" in done.stderr


@pytest.mark.parametrize("damage", ["corrupt", "missing"])
def test_a_damaged_object_stops_the_proof_by_name(clone: Scratch, damage: str) -> None:
    md5 = published()["v1"].md5
    name = f"lab4/dvc_remote/files/md5/{md5[:2]}/{md5[2:]}"
    if damage == "corrupt":
        (clone.root / name).write_text("not the table\n")
    else:
        (clone.root / name).unlink()
    clone.commit("damage")
    stopped(clone.run("switch_versions.py"), "titanic.csv of v1", name, "restore it from git")


def test_a_version_file_that_names_another_commit_stops_the_proof(clone: Scratch) -> None:
    path = clone.lab / "versions.yaml"
    versions = published()
    path.write_text(path.read_text().replace(versions["v2"].commit, versions["v1"].commit))
    stopped(clone.run("switch_versions.py"), "not v2 as published", versions["v1"].md5, versions["v2"].md5)


@pytest.mark.slow
def test_experiments_cover_the_grid_and_leave_the_repository_alone(clone: Scratch) -> None:
    before = clone.git("for-each-ref"), clone.git("status", "--porcelain")
    done = clone.run("experiments.py", "data=v1,v3 model=logistic")
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(clone.lab / "reports/experiments.csv")
    assert sorted(table["data.name"]) == ["v1", "v3"]
    assert set(table["model.name"]) == {"logistic"}
    assert (clone.git("for-each-ref"), clone.git("status", "--porcelain")) == before


def test_unknown_options_are_refused_and_help_lists_the_known_ones(tmp_path: Path) -> None:
    copy = Scratch(LAB.parent)
    wrong = copy.run("pipeline.sh", "--experiment")
    assert wrong.returncode == 2
    assert "--experiment;" in wrong.stderr
    assert "--experiments" in copy.run("pipeline.sh", "--help").stdout
