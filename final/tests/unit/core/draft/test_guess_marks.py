"""A mark inside numbers parts thousands or decimals by the evidence of the column and the file, or is asked for."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from core.base.errors import UserError
from core.draft.column_profile import ColumnProfile
from core.draft.guess_marks import Marks, marks
from core.source.numbers import plain_numbers
from core.spec.cells import UNITS, NumberForm
from core.spec.source import Source

Cells = Callable[[int], str]
COUNT = 60


def whole(n: int) -> int:
    """Numbers from 300 to 4,700 or so, some below 1,000."""
    return 300 + (n * 977) % 4421


def points(n: int) -> str:
    return f"{whole(n):,}".replace(",", ".")


def spaces(n: int) -> str:
    return f"{whole(n) + 0.5:,.2f}".replace(",", "\u00a0").replace(".", ",")


def decided(columns: dict[str, Cells], delimiter: str = ";", thousands: str | None = None) -> Marks:
    profiles = {name: ColumnProfile(name) for name in columns}
    for name, cell in columns.items():
        profiles[name].add(pa.array([cell(n) for n in range(COUNT)]))
    return marks(profiles, delimiter, thousands, "t.csv")


def numbers_of(columns: dict[str, Cells], name: str, **how: str) -> list[str]:
    """The cells of a column as they are read."""
    result = decided(columns, **how)
    cells = [columns[name](n) for n in range(COUNT)]
    if name not in result.numbers:
        return cells
    form = Source(path="t.csv", **result.settings).number_form(name)
    plain: list[str] = plain_numbers(pa.array(cells), form).to_pylist()
    assert plain == [form.plain(cell) for cell in cells]  # the service reads what training read
    return plain


NEGATIVE = [f"-{whole(n)}.5" if n % 3 else "7.5" for n in range(COUNT)]
WHOLE = [str(whole(n)) for n in range(COUNT)]
COMMAS: Cells = lambda n: f"{n / 8:.2f}".replace(".", ",")  # noqa: E731


@pytest.mark.parametrize(
    ("cell", "beside", "expected"),
    [
        (points, COMMAS, WHOLE),
        (lambda n: f"{whole(n):,}", lambda n: f"{n / 8:.2f}", WHOLE),
        (lambda n: f"{whole(n):,}".replace(",", "'"), COMMAS, WHOLE),
        (lambda n: f"{whole(n):,}".replace(",", "\u2019"), COMMAS, WHOLE),
        (lambda n: f"{whole(n):,}".replace(",", "\u202f"), COMMAS, WHOLE),
        (lambda n: f"{whole(n):,}".replace(",", " "), COMMAS, WHOLE),
        (spaces, str, [f"{whole(n) + 0.5:.2f}" for n in range(COUNT)]),
        (lambda n: f"{points(n)},5", str, [f"{whole(n)}.5" for n in range(COUNT)]),
        (lambda n: f"{points(n)} €", COMMAS, WHOLE),
        (lambda n: f"€ {points(n)}", COMMAS, WHOLE),
        (lambda n: f"{points(n)} kg" if n % 2 else points(n), COMMAS, WHOLE),
        (lambda n: f"({whole(n)}.5)" if n % 3 else "7.5", str, NEGATIVE),
        (lambda n: f"{whole(n)}.5-" if n % 3 else "7.5", str, NEGATIVE),
        (lambda n: f"{n + 1.5} %" if n % 3 else "7.5", str, [f"{n + 1.5}" if n % 3 else "7.5" for n in range(COUNT)]),
        (lambda n: f"{n % 9}.{whole(n)}", COMMAS, [f"{n % 9}.{whole(n)}" for n in range(COUNT)]),  # as 52.5200
        (lambda n: f"{n + 0.125:.3f}", lambda n: f"{n / 8:.2f}", [f"{n + 0.125:.3f}" for n in range(COUNT)]),
        (lambda n: f"{n / 1000:.3f}", lambda n: "a", [f"{n / 1000:.3f}" for n in range(COUNT)]),
        (lambda n: f"{n}+" if n % 2 else f"{n}-", str, [f"{n}+" if n % 2 else f"{n}-" for n in range(COUNT)]),  # grades
        (lambda n: f"12.34.{n}", COMMAS, [f"12.34.{n}" for n in range(COUNT)]),
    ],
)  # fmt: skip
def test_a_column_of_numbers_is_read_by_the_evidence(cell: Cells, beside: Cells, expected: list[str]) -> None:
    assert numbers_of({"a": cell, "b": beside}, "a") == expected


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"a": lambda n: f"1.{600 + n} €"}, ["a: '1.600 €' (line 2)"]),  # of fuel, or of a car
        ({"a": points}, ["a: '1.277' (line 3) may be 1277", "--thousands '.'", "--thousands none", "--as a=text"]),
        ({"a": points, "b": lambda n: f"{n / 8:.2f}"}, ["a: ", "other columns have '.' as decimal mark"]),
        (
            {"a": lambda n: f"{1 + n}.{200 + n}", "b": COMMAS, "c": lambda n: f"{n / 8:.2f}"},
            ["the other columns do not"],
        ),
        ({"a": lambda n: f"{1000 + n:,}"}, ["a: '1,000' (line 2) may be 1000"]),
        ({"a": lambda n: f"{n} kg" if n % 2 else f"{n} g"}, ["different units: g (30 cells), kg (30 cells)"]),
        ({"a": lambda n: f"{n} $" if n % 2 else f"{n} €"}, ["different units"]),
        ({"a": lambda n: f"{n} %" if n % 2 else f"{n / 100}"}, ["at most 0.58", "reach 59", "'1 %' (line 3)"]),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked_for(columns: dict[str, Cells], words: list[str]) -> None:
    with pytest.raises(UserError, match="can be read in two ways") as error:
        decided(columns)
    assert [word for word in words if word not in str(error.value)] == []


@pytest.mark.parametrize(("thousands", "expected"), [(".", WHOLE), ("none", [points(n) for n in range(COUNT)])])
def test_an_option_settles_it(thousands: str, expected: list[str]) -> None:
    assert numbers_of({"a": points}, "a", thousands=thousands) == expected


def test_plain_numbers_need_no_options() -> None:
    result = decided({"a": lambda n: f"{n / 7:.4f}", "b": str, "c": lambda n: f"word {n}", "d": lambda n: f"V{n}"})
    assert result.numbers == set()
    assert Source(path="t.csv", **result.settings).is_plain


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("12,-", "12"), ("-$5", "-5"), ("($5.20)", "-5.20"), ("\u22125", "-5"), ("1,23,456", "123456"), ("5k", None),
     ("1e5", "1e5"), ("5 kg m", None), ("12°C", "12"), ("1 2", None), ("192.168.100.1", None), ("", None)],
)  # fmt: skip
def test_a_cell_is_the_same_number_alone_and_in_a_column(cell: str, expected: str | None) -> None:
    form = NumberForm(".", ",", UNITS, accounting=True)
    assert form.plain(cell) == expected
    assert plain_numbers(pa.array([cell]), form).to_pylist() == [expected]
