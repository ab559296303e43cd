"""What a person names means the folder where he stands."""

import os
from pathlib import Path

import pytest

from core.base.errors import UserError
from core.base.paths import FINAL
from core.source.database import absolute
from pipeline import caller


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///shop.db", "sqlite:////{here}/shop.db"),
        ("sqlite+pysqlite:///../shop.db?mode=ro", "sqlite+pysqlite:////{here}/../shop.db?mode=ro"),
        ("sqlite:////data/shop.db", "sqlite:////data/shop.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite://", "sqlite://"),
        ("postgresql://host/shop", "postgresql://host/shop"),
        ("env:DATABASE_URL", "env:DATABASE_URL"),
        ("shop.csv", "shop.csv"),
        ("/data/shop.csv", "/data/shop.csv"),
    ],
)
def test_a_database_file_is_that_of_the_callers_folder(
    url: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute(url) == expected.format(here=str(tmp_path)[1:])


@pytest.mark.parametrize(
    ("remote", "expected"), [("store", "{here}/store"), ("/store", "/store"), ("s3://bucket/x", "s3://bucket/x")]
)
def test_a_remote_is_that_of_the_callers_folder(
    remote: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_REMOTE_URL", remote)
    assert caller.enter("titanic") == "titanic"
    assert Path.cwd() == FINAL
    assert os.environ["DVC_REMOTE_URL"] == expected.format(here=tmp_path)


def test_a_product_may_be_named_by_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FINAL.parent)
    assert caller.enter("final/products/weather") == "weather"
    (tmp_path / "product.yaml").touch()
    with pytest.raises(UserError, match=r"runs products of .*products: move the folder there"):
        caller.enter(str(tmp_path))
