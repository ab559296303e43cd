"""Rows from and answers to a real S3 server: whole objects or none."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import s3fs

from tests.support.checkout import Checkout
from tests.support.scoring_input import table
from tests.support.servers import BUCKET, KEY, SECRET, s3

pytestmark = pytest.mark.s3


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with s3(tmp_path_factory.mktemp("s3")) as endpoint:
        yield {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}


@pytest.fixture(scope="module")
def store(settings: dict[str, str]) -> s3fs.S3FileSystem:
    return s3fs.S3FileSystem(endpoint_url=settings["AWS_ENDPOINT_URL"], key=KEY, secret=SECRET)


def test_rows_and_answers_are_objects(
    trained: Checkout, settings: dict[str, str], store: s3fs.S3FileSystem, tmp_path: Path
) -> None:
    length = table(trained, rows := tmp_path / "rows.csv")
    here = trained.bash("score.sh", str(rows), str(tmp_path / "here.csv"))
    assert here.returncode == 0, here.stderr
    store.put_file(str(rows), f"{BUCKET}/in/rows.csv")
    for source, output in (
        (f"s3://{BUCKET}/in/rows.csv", f"s3://{BUCKET}/out/answers.csv"),
        (f"s3://{BUCKET}/in/rows.csv", f"s3://{BUCKET}/out/answers.parquet"),
    ):
        done = trained.bash("score.sh", source, output, at=tmp_path, **settings)
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith(f"of them wrong: {output}\n")
    assert store.cat_file(f"{BUCKET}/out/answers.csv") == (tmp_path / "here.csv").read_bytes()
    with store.open(f"{BUCKET}/out/answers.parquet") as file:
        assert len(pd.read_parquet(file)) == length


def test_a_folder_of_objects_is_answered_by_a_folder(
    trained: Checkout, settings: dict[str, str], store: s3fs.S3FileSystem, tmp_path: Path
) -> None:
    table(trained, rows := tmp_path / "rows.csv")
    text = pd.read_csv(rows, dtype=str)
    for name, part in (("a", text[:100]), ("b", text[100:300])):
        part.to_parquet(tmp_path / f"{name}.parquet", index=False)
        store.put_file(str(tmp_path / f"{name}.parquet"), f"{BUCKET}/parts/{name}.parquet")
    done = trained.bash("score.sh", f"s3://{BUCKET}/parts/", f"s3://{BUCKET}/answers/", at=tmp_path, **settings)
    assert done.returncode == 0, done.stderr
    assert sorted(Path(name).name for name in store.find(f"{BUCKET}/answers")) == ["_SUCCESS", "a.parquet", "b.parquet"]
    with store.open(f"{BUCKET}/answers/b.parquet") as file:
        assert list(pd.read_parquet(file)["PassengerId"]) == list(text["PassengerId"][100:300])


def test_a_wrong_key_is_refused_before_a_row_is_answered(
    trained: Checkout, settings: dict[str, str], tmp_path: Path
) -> None:
    table(trained, rows := tmp_path / "rows.csv")
    output = f"s3://{BUCKET}/late/answers.csv"
    wrong = {**settings, "AWS_SECRET_ACCESS_KEY": "wrong", "TMPDIR": str(tmp_path)}
    refused = trained.bash("score.sh", str(rows), output, at=tmp_path, **wrong)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"score: {output}: ")
    assert refused.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_an_upload_that_is_refused_is_said(
    trained: Checkout, settings: dict[str, str], store: s3fs.S3FileSystem, tmp_path: Path
) -> None:
    length = table(trained, rows := tmp_path / "rows.csv")
    own = {**settings, "TMPDIR": str(tmp_path)}
    output = f"s3://{BUCKET}/late/answers.csv"
    lost = trained.bash("score.sh", str(rows), "s3://No_Such_Bucket/answers.csv", at=tmp_path, **own)
    assert lost.returncode == 1
    assert "Traceback" not in lost.stderr
    assert "score: s3://No_Such_Bucket/answers.csv: " in lost.stderr
    done = trained.bash("score.sh", str(rows), output, at=tmp_path, **own)
    assert done.returncode == 0, done.stderr
    assert store.cat_file(f"{BUCKET}/late/answers.csv").count(b"\n") == length + 1
