"""Every form that rows come in gives the same answers, in every form that answers are written in."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scoring import command
from tests.support.small_live import small_live
from tests.support.small_product import table


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same rows, one of them wrong: rows.csv, .parquet, .arrow, and parts/ of three files."""
    folder = tmp_path_factory.mktemp("rows")
    frame = table("binary", 60).drop(columns="y")
    frame.loc[5, "kind"] = "unheard of"
    frame.to_csv(folder / "rows.csv", index=False)
    whole = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(whole, folder / "rows.parquet")
    with pa.ipc.new_file(str(folder / "rows.arrow"), whole.schema) as file:
        file.write_table(whole, 25)
    (folder / "parts" / "later").mkdir(parents=True)
    for name, first, count in (("a", 0, 30), ("b", 30, 1), ("later/c", 31, 29)):
        pq.write_table(whole.slice(first, count), folder / "parts" / f"{name}.parquet")
    (folder / "parts" / "_SUCCESS").touch()
    return folder


def read_arrow(path: Path) -> pd.DataFrame:
    with path.open("rb") as file:
        answers: pd.DataFrame = pa.ipc.open_file(file).read_all().to_pandas()
    return answers


def read_folder(path: Path) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(path / f"{name}.parquet") for name in ("a", "b", "later/c")], ignore_index=True)


def scored(source: Path, output: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(command, "verified", lambda product, model: small_live())
    command.main([str(source), str(output)])
    return output


@pytest.mark.parametrize(
    ("source", "output", "read"),
    [
        ("rows.csv", "out.parquet", pd.read_parquet),
        ("rows.parquet", "out.arrow", read_arrow),
        ("rows.arrow", "out.csv", pd.read_csv),
        ("parts", "out", read_folder),
        ("parts", "out.csv", pd.read_csv),
    ],
)
def test_the_answers_are_those_of_the_csv(
    rows: Path,
    tmp_path: Path,
    source: str,
    output: str,
    read: Callable[[Path], pd.DataFrame],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = pd.read_csv(scored(rows / "rows.csv", tmp_path / "expected.csv", monkeypatch))
    answers = read(scored(rows / source, tmp_path / output, monkeypatch))
    assert expected["error"].notna().tolist() == [number == 5 for number in range(60)]
    pd.testing.assert_frame_equal(answers, expected, check_dtype=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["expected.csv", output])
