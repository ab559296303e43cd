"""A drafted product over its life: run, run again, another form, edited, served; and tables that a gate stops."""

import csv
import re
from collections.abc import Callable

import pytest

from product import contract, product_file
from tests.checkout import Checkout
from tests.draft import forms
from tests.draft.shop import NAME, champion, drafted, edit, product_of
from tests.running_service import serving


def test_the_same_table_again_runs_no_stage_but_the_reading(shop: Checkout) -> None:
    before, was = (product_of(shop) / "product.yaml").read_bytes(), champion(shop)
    done = drafted(shop, shop.root / "shop.csv")
    assert done.returncode == 0, done.stderr
    assert (product_of(shop) / "product.yaml").read_bytes() == before
    assert "changed:" not in done.stderr
    assert "data_validation" not in done.stderr
    assert champion(shop) == was
    assert f"nothing to do: {NAME} {was[:12]} is what is served, since 20" in done.stderr
    assert done.stderr.endswith("(promoted: first model)\n")
    assert re.search(r"note: the hold-out has \d\d rows, so luck has a large part in roc_auc 0\.", done.stderr)
    assert "too good to be true" not in done.stderr


@pytest.mark.parametrize("form", ["packed.csv.zst", "a query"])
def test_the_same_rows_in_another_form_are_fetched_and_train_nothing(shop: Checkout, form: str) -> None:
    was = champion(shop)
    if form == "a query":
        forms.sqlite(shop.root / "shop.db")
        done = drafted(shop, f"sqlite:///{shop.root / 'shop.db'}", "--query", "SELECT * FROM orders ORDER BY id")
    else:
        forms.FILES[form](shop.root / form)
        done = drafted(shop, shop.root / form)
    assert done.returncode == 0, done.stderr
    assert "changed: source." in done.stderr
    assert "runs again from data_creation" in done.stderr
    assert "data_creation" in done.stderr
    assert "model_preparation" not in done.stderr
    assert champion(shop) == was


def test_an_edited_limit_is_said_and_only_the_test_runs_again(shop: Checkout) -> None:
    was = champion(shop)
    edit(shop, "floor: 0.6", "floor: 0.9999")
    done = shop.bash("pipeline.sh", NAME)
    assert done.returncode == 1
    assert "changed: gates.floor: 0.6 -> 0.9999; runs again from model_testing" in done.stderr
    assert "model_testing" in done.stderr
    assert "model_preparation" not in done.stderr
    assert "model: roc_auc" in done.stderr
    assert "FAILED" in done.stderr
    assert champion(shop) == was


def test_an_edited_file_is_not_drafted_over(shop: Checkout) -> None:
    edit(shop, "seed: 0", "seed: 1")
    edited = (product_of(shop) / "product.yaml").read_bytes()
    done = drafted(shop, shop.root / "shop.csv")
    assert (done.returncode, done.stdout) == (1, "")
    assert "was edited by hand, so it is not drafted again" in done.stderr
    assert "--redraft" in done.stderr
    assert (product_of(shop) / "product.yaml").read_bytes() == edited
    again = drafted(shop, shop.root / "none.csv", "--redraft")
    assert again.returncode == 1
    assert (product_of(shop) / "product.yaml").read_bytes() == edited
    assert drafted(shop, shop.root / "shop.csv", "--redraft").returncode == 0
    assert b"seed: 0" in (product_of(shop) / "product.yaml").read_bytes()


def test_a_mistake_in_the_edited_file_is_named_by_line(shop: Checkout) -> None:
    edit(shop, "nullable: true", "nulable: true")
    done = shop.bash("pipeline.sh", NAME)
    assert done.returncode == 1
    line = 1 + (product_of(shop) / "product.yaml").read_text().splitlines().index("    nulable: true")
    assert f"product.yaml:{line}: features.age.nulable: unknown key; did you mean nullable?" in done.stderr


def test_serve_after_data_answers_for_this_table(shop: Checkout) -> None:
    words = ["--data", str(shop.root / "shop.csv"), "--target", "y", "--name", NAME, "--serve"]
    with serving(shop, "pipeline.sh", *words) as service:
        example = contract.example_row(product_file.load(str(product_of(shop))).contract)
        answer = service.post("/predict", example)
        assert answer.status_code == 200
        assert answer.json()["model"] == champion(shop)
        assert service.post("/predict", {**example, "colour": "pink"}).status_code == 422


def with_copies(rows: list[forms.Row]) -> list[tuple[object, ...]]:
    return [*rows, *((1000 + number, *row[1:]) for number, row in enumerate(rows[:40]))]


def with_near_copy(rows: list[forms.Row]) -> list[tuple[object, ...]]:
    """The answer as a colour, but for two rows."""
    said = ["red" if (row[5] == "yes") ^ (row[0] in (100, 200)) else "white" for row in rows]
    return [(*row[:2], colour, *row[3:]) for row, colour in zip(rows, said, strict=True)]


def with_number_in_other_units(rows: list[forms.Row]) -> list[tuple[object, ...]]:
    return [(*row[:5], 32 + 1.8 * row[1]) for row in rows]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (with_copies, ["gate data: duplicates failed: 40 pairs", "Lines 242, 243", "both sides of the split"]),
        (with_near_copy, ["gate data: leakage failed: colour", "colour alone tells the target", "--ignore colour"]),
        (with_number_in_other_units, ["gate data: leakage failed: size 1.000", "--ignore size"]),
    ],
)
def test_a_table_that_is_read_but_not_fit_stops_at_its_gate(
    shop: Checkout, change: Callable[[list[forms.Row]], list[tuple[object, ...]]], words: list[str]
) -> None:
    with (shop.root / "bad.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([forms.HEADER, *change(forms.rows())])
    done = shop.bash("pipeline.sh", "--data", str(shop.root / "bad.csv"), "--target", "y")
    assert (done.returncode, done.stdout) == (1, "")
    assert [word for word in words if word not in done.stderr] == []
    assert "Traceback" not in done.stderr
    assert not (shop.root / "final" / "products" / "bad" / "registry").exists()
