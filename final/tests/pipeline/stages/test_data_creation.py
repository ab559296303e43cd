"""A source that brings no table is named; nothing is left where the table would be."""

from pathlib import Path

import pytest

from core.source.origin import SourceError
from stages.data_creation import fetch
from tests.support.titanic import SOURCE, declared


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("command: 'exit 7; echo {output}'", r"source\.command failed with exit code 7"),
        ("command: 'true {output}'", r"source\.command wrote no file"),
        ("path: nowhere.csv", r"product\.yaml: source\.path: .*nowhere\.csv is "),
    ],
)
def test_a_source_that_fails_is_named(source: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=message):
        fetch(declared((SOURCE, source)), tmp_path, tmp_path / "data" / "raw.csv")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
