"""What is published: four commits, each with its md5, and bytes that any clone can pull."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from ruamel.yaml import YAML

from lab4.tests.support.scratch import FILES, LAB, Scratch, clone, published

NAMES = ["v0", "v1", "v2", "v3"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, history: None) -> Scratch:
    """A clone that was moved to another folder after it was made."""
    folder = tmp_path_factory.mktemp("plain")
    made = clone(folder)
    shutil.move(made.root, folder / "moved here")
    return Scratch(folder / "moved here")


def test_a_moved_clone_pulls_every_version_without_an_account(plain: Scratch) -> None:
    for version in [*published().values(), published()["v1"]]:
        plain.git("checkout", "--quiet", version.commit, "--", "lab4/titanic.csv.dvc")
        done = plain.dvc("pull")
        assert done.returncode == 0, done.stderr
        assert hashlib.md5((plain.lab / "titanic.csv").read_bytes()).hexdigest() == version.md5


def test_each_version_is_one_commit_of_the_dvc_file_in_order(plain: Scratch) -> None:
    versions = published()
    assert list(versions) == NAMES
    commits = plain.git("log", "--reverse", "--format=%H", "--", "lab4/titanic.csv.dvc").splitlines()
    assert [version.commit for version in versions.values()] == commits
    for version in versions.values():
        text = plain.git("show", f"{version.commit}:lab4/titanic.csv.dvc")
        [output] = YAML(typ="safe").load(text)["outs"]
        assert (output["md5"], output["size"]) == (version.md5, version.bytes)


def test_the_committed_objects_are_the_versions_and_nothing_else() -> None:
    files = [path for path in (LAB / "dvc_remote").rglob("*") if path.is_file()]
    assert sorted(f"{path.parent.name}{path.name}" for path in files) == sorted(v.md5 for v in published().values())
    for path in files:
        assert hashlib.md5(path.read_bytes()).hexdigest() == f"{path.parent.name}{path.name}"


def test_the_versions_have_the_columns_and_gaps_that_were_asked_for() -> None:
    versions = published()
    assert len(versions["v0"].columns) == 12
    assert versions["v1"].columns == versions["v2"].columns == ["Pclass", "Sex", "Age", "Survived"]
    assert versions["v3"].columns == ["Pclass", "Sex_female", "Sex_male", "Age", "Survived"]
    assert [version.missing for version in versions.values()] == [866, 177, 0, 0]
    assert {version.rows for version in versions.values()} == {891}


def test_no_absolute_path_and_no_secret_is_committed() -> None:
    config = (LAB / ".dvc/config").read_text()
    assert "url = ../dvc_remote" in config
    assert "= /" not in config
    assert "/config.local" in (LAB / ".dvc/.gitignore").read_text()


@pytest.mark.slow
def test_publish_makes_the_same_versions_again_once(tmp_path: Path, copy_repository: Callable[..., Path]) -> None:
    copy = Scratch(copy_repository(tmp_path / "a copy", *FILES))
    for name in ("versions.yaml", "titanic.csv.dvc"):
        (copy.lab / name).unlink()
    shutil.rmtree(copy.lab / "dvc_remote")
    copy.commit("nothing is published")
    names = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
    done = copy.run("publish.sh", **dict.fromkeys(names, "test"))
    assert done.returncode == 0, done.stderr
    entries = YAML(typ="safe").load(copy.lab / "versions.yaml")
    for entry, version in zip(entries, published().values(), strict=True):
        assert (entry["name"], entry["md5"], entry["change"]) == (version.name, version.md5, version.change)
        assert f"Publish {version.name} " in copy.git("log", "-1", "--format=%s", entry["commit"])
    assert copy.git("status", "--porcelain") == ""
    again = copy.run("publish.sh")
    assert again.returncode == 1
    assert "versions.yaml exists" in again.stderr


def test_tags_name_the_commits(plain: Scratch) -> None:
    for _ in range(2):
        done = plain.run("tags.sh")
        assert done.returncode == 0, done.stderr
    for version in published().values():
        assert plain.git("rev-parse", f"lab4-{version.name}") == version.commit


def test_dvc_repro_trains_on_the_version_that_is_checked_out(plain: Scratch) -> None:
    plain.git("checkout", "--quiet", published()["v1"].commit, "--", "lab4/titanic.csv.dvc")
    for command in ("pull", "repro"):
        done = plain.dvc(command)
        assert done.returncode == 0, done.stderr
    assert list(pd.read_csv(plain.lab / "titanic.csv")) == published()["v1"].columns
    assert (plain.lab / "metrics.json").read_bytes() != (LAB / "metrics.json").read_bytes()
