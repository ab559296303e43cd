"""The line that says how a file is read, on stderr and in the drafted file."""

from pathlib import Path

import pytest

from tests.support import forms
from tests.support.drafts import drafted


def test_a_draft_shows_how_the_file_is_read(tmp_path: Path, products: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forms.FILES["decimal_comma.csv"](tmp_path / "t.csv")
    _, folder = drafted(tmp_path / "t.csv", products)
    line = "read as cp1252 (--encoding names another), delimiter ';', decimal mark ',', thousands mark none: "
    assert line in " ".join(capsys.readouterr().err.split())
    assert f"  # {line}" in (folder / "product.yaml").read_text()
    forms.FILES["plain.csv"](tmp_path / "plain.csv")
    drafted(tmp_path / "plain.csv", products)
    assert "read as utf-8, delimiter ',', decimal mark '.', thousands mark none" in " ".join(
        capsys.readouterr().err.split()
    )
