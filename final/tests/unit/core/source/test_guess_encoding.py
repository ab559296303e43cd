"""An encoding is guessed by the letters of languages, or asked for; never guessed wrong without a word."""

from pathlib import Path

import pytest

from core.base.errors import TableError
from core.source import sniff
from tests.support.encoded_tables import tables


def test_tables_of_many_languages_and_encodings_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    right = 0
    for table in tables(28, seed=5):
        path.write_bytes(table.content)
        try:
            encoding = sniff.encoding(path)
        except TableError:
            continue
        assert table.content.decode(encoding).removeprefix("\ufeff") == table.text, table.encoding
        right += 1
    assert right >= 26


def test_too_few_words_are_asked_for_with_what_each_encoding_reads(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("name,y\nIoniă,1\nNic,2\n".encode("cp1250"))
    with pytest.raises(TableError) as error:
        sniff.encoding(tmp_path / "t.csv")
    assert "its encoding is not certain: " in str(error.value)
    assert "cp1252 reads 'Ioniã', cp1250 'Ioniă'" in str(error.value)
    assert "--encoding cp1252" in str(error.value)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_byte_order_mark(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("город;y\nКазань;1\n".encode(encoding))
    assert sniff.encoding(tmp_path / "t.csv") == encoding


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("København\nRødovre\nSønderborg", "cp1252"),
        ("Třebíč\nPříbram\nPřerov", "cp1250"),
        ("größe\nröt, hell", "cp1252"),
        ("1\u00a0234,50\n2\u00a0345,60", "cp1252"),
        ("München\n7 €", "iso-8859-15"),
        ("5 €\n7 €\n9 €\n12 €\n15 €", "cp1252"),
    ],
)
def test_a_few_words_can_be_enough(words: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(words.encode(encoding))
    assert sniff.encoding(tmp_path / "t.csv") == encoding
