"""Values such as -999 are missing ones if they are far from all others and come often; or they are named."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.drafts import drafted_table

COUNT = 120


def far(value: Any, other: Any) -> list[Any]:
    return [value if n % 5 == 0 else other(n) for n in range(COUNT)]


@pytest.mark.parametrize(
    ("cells", "evidence", "is_missing"),
    [
        (far(-999, lambda n: 300 + n), "-999 in 24 of 120 rows is far from the others, 301 to 419: counted", True),
        (far("-999.00", lambda n: n / 4), "-999.00 in 24 of 120 rows is far from the others", True),
        (far(9999, lambda n: 1000 + 9 * n), "9999 in 24 of 120 rows is far", True),
        (far(99, lambda n: n % 5), "99 in 24 of 120 rows is far from the others, 1 to 4: counted", True),
        (far("1900-01-01", lambda n: f"2020-02-{1 + n % 28:02d}"), "1900-01-01 in 24 of 120 rows is far", True),
        (far("31.12.9999", lambda n: f"{1 + n % 28:02d}.02.2020"), "the others, 2020-02-01 to 2020-02-28", True),
        (far(-1, lambda n: n % 7), "-1 in 24 of 120 rows is far from the others, 0 to 6: if it means", False),
        (far(99, lambda n: n % 60), "99 in 24 of 120 rows is far from the others, 1 to 59: if it means", False),
        (far(99, lambda n: 18 + n % 80), "", False),
        (far(99, lambda n: [9, 19, 29, 49][n % 4]), "99 in 24 of 120 rows is far from the others, 9 to 49: if", False),
        ([-999, *(300 + n for n in range(COUNT - 1))], "", False),
    ],
)
def test_a_value_far_from_the_others_is_named_or_missing(
    cells: list[Any],
    evidence: str,
    is_missing: bool,
    tmp_path: Path,
    products: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [f"{cell},{n % 3},{'yes' if n % 2 else 'no'}" for n, cell in enumerate(cells)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,y", *rows, ""]))
    product, table = drafted_table(tmp_path / "t.csv", products)
    shown = " ".join(capsys.readouterr().err.split())
    assert evidence in shown
    assert ("is far from the others" in shown) == bool(evidence)
    assert product.features["a"].nullable == is_missing
    assert table["a"].isna().sum() == (COUNT / 5 if is_missing else 0)


def test_a_target_is_named_and_kept(tmp_path: Path, products: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{n % 9},{cell}" for n, cell in enumerate(far(-999, lambda n: n / 4))]
    (tmp_path / "t.csv").write_text("\n".join(["a,y", *rows, ""]))
    _, table = drafted_table(tmp_path / "t.csv", products)
    assert "y: -999 in 24 of 120 rows is far from the others" in " ".join(capsys.readouterr().err.split())
    assert len(table) == COUNT


def test_a_column_of_one_day_that_means_missing_has_no_day_left(tmp_path: Path, products: Path) -> None:
    rows = [f"{n % 7},{'1900-01-01' if n % 2 else ''},{'yes' if n % 3 else 'no'}" for n in range(120)]
    (tmp_path / "t.csv").write_text("\n".join(["a,d,y", *rows, ""]))
    product, _ = drafted_table(tmp_path / "t.csv", products, missing=("d=1900-01-01",))
    assert "d" in product.ignore
