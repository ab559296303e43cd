"""--weight: the column is declared and no feature; one that cannot be a weight is refused; none is ever guessed."""

from pathlib import Path

import pytest

from tests.support.drafts import drafted, drafted_table, refusal


def table(folder: Path, weights: list[str], delimiter: str = ",") -> Path:
    lines = [delimiter.join([str(n % 7), "yes" if n % 3 else "no", weights[n % len(weights)]]) for n in range(60)]
    path = folder / "t.csv"
    path.write_text("\n".join([delimiter.join(["size", "y", "weight"]), *lines, ""]))
    return path


@pytest.mark.parametrize(
    ("weights", "evidence"),
    [
        (["1", "2.5", "0"], "from 0 to 2.5"),
        (["3"], "from 3 to 3"),
        ([str(n) for n in range(60)], "from 0 to 59"),
    ],
)
def test_the_column_is_declared_with_its_evidence(
    weights: list[str], evidence: str, tmp_path: Path, products: Path
) -> None:
    product, folder = drafted(table(tmp_path, weights), products, weight="weight")
    assert product.weight == "weight"
    assert list(product.features) == ["size"]
    assert product.ignore == ()
    assert f"\nweight: weight  # set by --weight; {evidence}\n" in (folder / "product.yaml").read_text()


def test_it_is_never_guessed(tmp_path: Path, products: Path) -> None:
    product, _ = drafted(table(tmp_path, ["1", "2.5"]), products)
    assert product.weight is None


def test_it_is_read_as_the_table_writes_numbers(tmp_path: Path, products: Path) -> None:
    product, rows = drafted_table(table(tmp_path, ["1,5", "2,25"], ";"), products, weight="weight")
    assert product.source.decimal == ","
    assert rows["weight"].head(2).tolist() == [1.5, 2.25]


@pytest.mark.parametrize(
    ("weights", "options", "sentence"),
    [
        (["1", ""], {}, "weight: 30 of 60 rows have no weight: fill it in; 0 leaves a row out"),
        (["1", "-2"], {}, "weight: a weight is 0 or more, not -2"),
        (["0"], {}, "weight: the weight of every row is 0"),
        (["1", "heavy", "light"], {}, "weight: a weight is a number, not 'heavy' (line 3)"),
        (["1"], {"weight": "wieght"}, "--weight wieght: no such column; did you mean weight?"),
        (["1"], {"weight": "y"}, "--weight y: is named by --target too; name a column that only says how much a row"),
        (["1"], {"ignore": ("weight",)}, "--weight weight: is named by --ignore too"),
        (["1"], {"group": "weight"}, "--weight weight: is named by --group too"),
        (["1"], {"by": "weight"}, "--weight weight: is named by --by too"),
    ],
)
def test_another_column_is_refused(
    weights: list[str], options: dict[str, str], sentence: str, tmp_path: Path, products: Path
) -> None:
    assert sentence in refusal(table(tmp_path, weights), products, **{"weight": "weight", **options})
