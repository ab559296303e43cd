"""What cannot be scored is refused by a sentence, and nothing is written."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from scoring import command
from tests.support.small_live import small_live
from tests.support.small_product import table

QUERY = "SELECT * FROM rows"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Rows in a file, in a database, and in a file with a column that the model has not; in the current directory."""
    rows = table("binary", 40)
    rows.to_csv(tmp_path / "rows.csv", index=False)
    rows.assign(prediction="yes").to_csv(tmp_path / "answers.csv", index=False)
    with sqlite3.connect(tmp_path / "rows.db") as database:
        rows.to_sql("rows", database, index=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "verified", lambda product, model: small_live())
    return tmp_path


@pytest.mark.parametrize(
    ("places", "options", "reason"),
    [
        (["rows.csv"], {}, "1 names came, not 2"),
        (["rows.csv", "out.xls"], {}, "out.xls: must end in one of .csv, "),
        (["rows.csv", "out.json"], {"explain": True}, "--explain: out.json is not a table"),
        (["out.csv"], {"from_sql": "sqlite:///rows.db", "query": QUERY}, "give --from-sql env:ITS_NAME"),
        (["out.csv"], {"from_sql": "env:SHOP"}, "--from-sql needs --query"),
        (["out.csv"], {"from_sql": "env:NOTHING_SUCH", "query": QUERY}, "the environment has no variable NOTHING_SU"),
        (["rows.csv"], {"to_sql": "env:SHOP"}, "--to-sql needs --table NAME"),
        (["rows.csv"], {"to_sql": "env:NOTHING_SUCH", "table": "t"}, "--to-sql: the environment has no variable"),
        (["answers.csv", "out.parquet"], {}, "prediction: unknown column"),
        (["none.csv", "out.csv"], {}, "none.csv: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    folder: Path, places: list[str], options: dict[str, Any], reason: str
) -> None:
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(SystemExit) as end:
        command.main(places, **options)
    message = str(end.value.code)
    assert message.startswith("score: ")
    assert reason in message
    assert "\n" not in message
    assert sorted(path.name for path in folder.iterdir()) == before


def test_rows_without_a_mistake_are_answered(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["rows.csv", "out.csv"])
    assert capsys.readouterr().out == "40 rows, 0 of them wrong: out.csv\n"
    assert len((folder / "out.csv").read_text().splitlines()) == 41
