"""Every form in and out: the answers are those of the CSV, whatever they are read from and written to."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.checkout import Checkout
from tests.support.scoring_input import table

QUERY = "SELECT * FROM passengers"


@pytest.fixture(scope="module")
def rows(trained: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the same rows in every form: rows.csv, .parquet, .arrow, .db, and parts/ of three files."""
    folder = tmp_path_factory.mktemp("rows")
    table(trained, folder / "rows.csv")
    text = pd.read_csv(folder / "rows.csv", dtype=str)
    typed = pd.read_csv(folder / "rows.csv")
    pq.write_table(pa.Table.from_pandas(typed, preserve_index=False), folder / "rows.parquet")
    (folder / "parts" / "later").mkdir(parents=True)
    for name, part in (("a", text[:1000]), ("b", text[1000:1001]), ("later/c", text[1001:])):
        pq.write_table(pa.Table.from_pandas(part, preserve_index=False), folder / "parts" / f"{name}.parquet")
    (folder / "parts" / "_SUCCESS").touch()
    whole = pa.Table.from_pandas(typed, preserve_index=False)
    with pa.ipc.new_file(str(folder / "rows.arrow"), whole.schema) as file:
        file.write_table(whole, 700)
    with sqlite3.connect(folder / "rows.db") as database:
        text.to_sql("passengers", database, index=False)
    return folder


@pytest.fixture(scope="module")
def expected(trained: Checkout, rows: Path) -> pd.DataFrame:
    done = trained.bash("score.sh", str(rows / "rows.csv"), str(rows / "answers.csv"))
    assert done.returncode == 0, done.stderr
    return read_csv(rows / "answers.csv")


def read_csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"PassengerId": "str", "prediction": "Int64", "error": "str"})


def read_table(answers: pd.DataFrame) -> pd.DataFrame:
    return answers.astype({"prediction": "Int64", "PassengerId": "str", "error": "str"})


def read_folder(path: Path) -> pd.DataFrame:
    parts = [path / f"{name}.parquet" for name in ("a", "b", "later/c")]
    assert [len(pd.read_parquet(part)) for part in parts[:2]] == [1000, 1]
    return read_table(pd.concat(map(pd.read_parquet, parts), ignore_index=True))


@pytest.mark.parametrize(
    ("source", "output", "read"),
    [
        ("rows.arrow", "out.parquet", lambda path: read_table(pd.read_parquet(path))),
        ("parts", "out", read_folder),
    ],
)
def test_the_answers_are_those_of_the_csv(
    trained: Checkout,
    rows: Path,
    expected: pd.DataFrame,
    tmp_path: Path,
    source: str,
    output: str,
    read: Callable[[Path], pd.DataFrame],
) -> None:
    done = trained.bash("score.sh", str(rows / source), str(tmp_path / output))
    assert done.returncode == 0, done.stderr
    pd.testing.assert_frame_equal(read(tmp_path / output), expected, check_dtype=False)
    assert [path.name for path in tmp_path.iterdir()] == [output]


def test_json_lines_of_a_table_have_the_mistakes_one_by_one(
    trained: Checkout, rows: Path, expected: pd.DataFrame, tmp_path: Path
) -> None:
    done = trained.bash("score.sh", str(rows / "rows.parquet"), str(tmp_path / "out.jsonl"))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert answers[0] == {"errors": [{"field": "Age", "reason": "Input should be a valid number", "got": "str"}]}
    second = {name: expected[name][1] for name in ("prediction", "probability")}
    assert answers[1] == {**second, "set": list(map(int, expected["set"][1].split("|")))}
    assert len(answers) == len(expected)


def test_a_query_is_answered_into_a_table(
    trained: Checkout, rows: Path, expected: pd.DataFrame, tmp_path: Path
) -> None:
    options = ["--from-sql", "env:SHOP", "--query", QUERY, "--to-sql", "env:ANSWERS", "--table", "answers"]
    urls = {"SHOP": f"sqlite:///{rows / 'rows.db'}", "ANSWERS": "sqlite:///answers.db"}
    done = trained.bash("score.sh", *options, at=tmp_path, **urls)
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(tmp_path / "answers.db") as database:
        answers = read_table(pd.read_sql("SELECT * FROM answers", database))
        pd.testing.assert_frame_equal(answers, expected, check_dtype=False)
        database.execute("DELETE FROM answers WHERE prediction = 1")
        database.commit()
    again = trained.bash("score.sh", *options, at=tmp_path, **urls)
    assert again.returncode == 1
    assert "score: --to-sql: env:ANSWERS answers: the table exists" in again.stderr
    replaced = trained.bash("score.sh", *options, "--replace-table", at=tmp_path, **urls)
    assert replaced.returncode == 0, replaced.stderr
    with sqlite3.connect(tmp_path / "answers.db") as database:
        assert database.execute("SELECT count(*) FROM answers").fetchone() == (len(expected),)


def test_wrong_rows_are_listed_explained_and_counted(trained: Checkout, rows: Path, tmp_path: Path) -> None:
    output, errors = tmp_path / "out.csv", tmp_path / "errors.csv"
    done = trained.bash(
        "score.sh", str(rows / "rows.parquet"), str(output), "--errors", str(errors), "--explain", "--strict"
    )
    assert done.returncode == 3, done.stderr
    answers, wrong = read_csv(output), pd.read_csv(errors)
    assert list(wrong.columns) == ["row", "PassengerId", "field", "reason", "got"]
    assert [number - 1 for number in wrong["row"]] == list(answers.index[answers["error"].notna()])
    assert set(wrong["field"]) == {"Age"}
    good = answers[answers["error"].isna()]
    shares = [name for name in answers.columns if name.startswith("contribution_")]
    assert good["raw"].to_numpy() == pytest.approx((good["base"] + good[shares].sum(axis=1)).to_numpy())
    assert answers.loc[answers["error"].notna(), shares].isna().all(axis=None)


def test_a_table_with_another_column_is_refused_in_a_sentence(
    trained: Checkout, rows: Path, expected: pd.DataFrame
) -> None:
    before = sorted(path.name for path in rows.iterdir())
    done = trained.bash("score.sh", "answers.csv", "out.parquet", at=rows)
    assert done.returncode == 1
    assert done.stderr.startswith("score: ")
    assert "prediction: unknown column" in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(path.name for path in rows.iterdir()) == before
