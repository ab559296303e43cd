"""verdict.py prints its line for a good notebook, and ends with what is wrong otherwise."""

import shutil
from pathlib import Path

import pytest

from lab5 import verdict
from lab5.tests.support.notebook import LAB


def test_a_good_run_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(LAB / "quality.ipynb", tmp_path)
    verdict.main(tmp_path)
    assert capsys.readouterr().out == "Data quality: 3 clean datasets passed, 1 noisy dataset found\n"


def test_without_a_notebook_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        verdict.main(tmp_path)
    assert str(end.value.code).startswith("verdict.py: quality.ipynb: ")
    assert "No such file" in str(end.value.code)
    assert capsys.readouterr().out == ""
