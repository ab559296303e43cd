"""How a table is compared with a published version."""

import hashlib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from lab4.tests.support.scratch import LAB
from lab4.versions import LabError, Version, compare, measure

PUBLISHED = "Age,Sex\n22,male\n,female\n"


@pytest.fixture
def version(tmp_path: Path) -> Version:
    (tmp_path / "published.csv").write_text(PUBLISHED)
    table = measure(tmp_path / "published.csv")
    return Version(**vars(table), name="v7", change="a change", commit="0" * 40)


def test_a_table_is_measured(version: Version) -> None:
    assert version.md5 == hashlib.md5(PUBLISHED.encode()).hexdigest()
    assert (version.bytes, version.rows, version.columns, version.missing) == (24, 2, ["Age", "Sex"], 1)


def test_the_same_bytes_are_the_version(tmp_path: Path, version: Version) -> None:
    compare(tmp_path / "published.csv", version)


@pytest.mark.parametrize(
    ("content", "difference"),
    [
        ("Age,Sex\n22,male\n", "rows 1, published 2"),
        ("Age,Sex\n22,male\n30,female\n", "missing 0, published 1"),
        ("Sex,Age\nmale,22\nfemale,\n", "columns ['Sex', 'Age'], published ['Age', 'Sex']"),
        ("Age,Sex\n23,male\n,female\n", "md5 "),
    ],
)
def test_a_difference_is_named(tmp_path: Path, version: Version, content: str, difference: str) -> None:
    path = tmp_path / "made.csv"
    path.write_text(content)
    with pytest.raises(LabError) as stopped:
        compare(path, version)
    assert f"{path} is not v7 as published: md5 " in str(stopped.value)
    assert difference in str(stopped.value)


def test_the_lock_of_the_dag_is_of_these_scripts() -> None:
    """../requirements.txt aside: another lock trains again, which every run of the pipeline does anyway."""
    stages = YAML(typ="safe").load(LAB / "dvc.lock")["stages"]
    scripts = {
        dep["path"]: dep["md5"] for stage in stages.values() for dep in stage["deps"] if dep["path"][-3:] == ".py"
    }
    assert len(scripts) == 6
    for path, md5 in scripts.items():
        assert hashlib.md5((LAB / path).read_bytes()).hexdigest() == md5, "stale: cd lab4 && dvc pull && dvc repro"
