"""The one command that writes a feature set, as final reads it."""

import hashlib
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from lab4.tests.support.scratch import LAB, Done, clean_environment, published


def feature_set(version: str, output: str, cwd: Path) -> Done:
    command = ["bash", str(LAB / "feature_set.sh"), version, output]
    return subprocess.run(command, cwd=cwd, env=clean_environment(), capture_output=True, text=True, check=False)


def test_each_version_is_written_with_the_id_to_the_callers_relative_path(tmp_path: Path) -> None:
    folder = tmp_path / "with a space"
    folder.mkdir()
    for name, version in published().items():
        option = "all" if name == "v0" else name
        done = feature_set(option, f"out/{option}.csv", folder)
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        assert "pinned copy" in done.stderr
        table = pd.read_csv(folder / f"out/{option}.csv", dtype="str", keep_default_na=False)
        assert set(table) == {"PassengerId", *version.columns}
        assert next(iter(table)) == "PassengerId"
        text = table[version.columns].to_csv(index=False, lineterminator="\n")
        assert hashlib.md5(text.encode()).hexdigest() == version.md5
    assert len(list((folder / "out").iterdir())) == 4


@pytest.mark.parametrize("version", ["v4", "V1", ""])
def test_an_unknown_feature_set_is_refused_with_the_usage(tmp_path: Path, version: str) -> None:
    done = feature_set(version, "out.csv", tmp_path)
    assert done.returncode == 2
    assert "all|v1|v2|v3" in done.stderr
    assert not list(tmp_path.iterdir())
