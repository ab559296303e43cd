"""Each bad table through the real command: what is wrong, where, and the remedy; no trace, nothing left behind."""

import os
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.draft.make_bad import MADE

FINAL = Path(__file__).resolve().parents[2]
BAD = FINAL / "tests" / "data" / "bad"
KEPT: dict[str, list[str]] = YAML(typ="safe").load((BAD / "expected.yaml").read_text())
NAME = "a-bad-table"


def refused(path: Path | str, *arguments: str, **environment: str) -> str:
    """stderr of the pipeline over this table; asserts the exit code, a silent stdout, and that nothing is left."""
    done = subprocess.run(
        ["bash", str(FINAL / "pipeline.sh"), "--data", str(path), "--target", "y", "--name", NAME, *arguments],
        cwd="/",
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert not (FINAL / "products" / NAME).exists()
    return done.stderr


@pytest.mark.parametrize("name", KEPT)
def test_a_bad_table_is_refused(name: str) -> None:
    said = refused(BAD / name)
    assert [words for words in KEPT[name] if words not in said] == []


def test_every_bad_table_has_its_expected_message() -> None:
    assert {path.name for path in BAD.glob("*.csv")} == set(KEPT)


@pytest.mark.parametrize("name", MADE)
def test_a_bad_file_is_refused(name: str, tmp_path: Path) -> None:
    make, expected = MADE[name]
    make(tmp_path / name)
    said = refused(tmp_path / name)
    assert [words for words in expected if words not in said] == []


def test_a_table_larger_than_memory_is_refused() -> None:
    said = refused(BAD / "unit.csv", PRODUCT_MEMORY="1000")
    assert "is larger than memory" in said
    assert "Take a sample of its rows" in said


def test_another_encoding_than_the_named_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("größe,y\n".encode("cp1252") + b"1,yes\n2,no\n" * 20)
    assert "is not utf-8 (byte 0xf6" in refused(tmp_path / "a.csv", "--encoding", "utf-8")


def test_a_password_never_gets_into_a_product_file() -> None:
    said = refused("postgresql://me:s3cret@127.0.0.1/db", "--query", "SELECT 1 AS y")
    assert "--data env:ITS_NAME" in said
    assert "s3cret" not in said
