"""Each bad table is refused by the draft: what is wrong, where, and the remedy; nothing is written."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from core.base import memory
from core.source import compressed
from tests.support.bad_files import MADE
from tests.support.drafts import refusal

BAD = Path(__file__).resolve().parent / "bad"
KEPT: dict[str, list[str]] = YAML(typ="safe").load((BAD / "expected.yaml").read_text())


@pytest.mark.parametrize("name", KEPT)
def test_a_bad_table_is_refused(name: str, products: Path) -> None:
    message = refusal(BAD / name, products)
    assert [words for words in KEPT[name] if words not in message] == []


def test_every_bad_table_has_its_expected_message() -> None:
    assert {path.name for path in BAD.glob("*.csv")} == set(KEPT)


@pytest.mark.parametrize("name", MADE)
def test_a_bad_file_is_refused(name: str, tmp_path: Path, products: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "SAFE_BYTES", 5_000_000)  # so that a small bomb is one
    make, expected = MADE[name]
    make(tmp_path / name)
    message = refusal(tmp_path / name, products)
    assert [words for words in expected if words not in message] == []


def test_a_table_larger_than_memory_is_refused(products: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "allowed", lambda: 1000)
    message = refusal(BAD / "unit.csv", products)
    assert "is larger than memory" in message
    assert "Take a sample of its rows" in message


def test_another_encoding_than_the_named_one_is_refused(tmp_path: Path, products: Path) -> None:
    (tmp_path / "a.csv").write_bytes("größe,y\n".encode("cp1252") + b"1,yes\n2,no\n" * 20)
    assert "is not utf-8 (byte 0xf6" in refusal(tmp_path / "a.csv", products, encoding="utf-8")


def test_a_password_never_gets_into_a_product_file(products: Path) -> None:
    message = refusal("postgresql://me:s3cret@127.0.0.1/db", products, query="SELECT 1 AS y")
    assert "--data env:ITS_NAME" in message
    assert "s3cret" not in message
