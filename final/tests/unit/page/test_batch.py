"""The page reads a file in the form that the API names."""

import pytest

from page.batch import text_table

ROWS = [["7", "Süd"], ["8", "a,b"]]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ('nr,ort\n7,Süd\n8,"a,b"\n'.encode(), {}),
        ("nr;ort\n7;Süd\n\n8;a,b\n".encode("cp1252"), {"encoding": "cp1252", "delimiter": ";"}),
        ('nr,ort\n7,Süd\n8,"a,b"\n'.encode("utf-8-sig"), {"encoding": "cp1252", "delimiter": ";"}),
    ],
)
def test_a_file_is_plain_or_in_the_form_of_the_training(content: bytes, form: dict[str, str]) -> None:
    table = text_table(content, **form)
    assert list(table) == ["nr", "ort"]
    assert table.to_numpy().tolist() == ROWS
