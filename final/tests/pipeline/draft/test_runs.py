"""A drafted product over its life: run, run again, another form, edited, served; and tables that a gate stops."""

import csv
import re

import httpx
import pytest

from core.base.paths import FINAL
from core.spec import request, yaml_file
from tests.support import forms
from tests.support.checkout import Checkout
from tests.support.running_service import serving
from tests.support.shop import NAME, champion, drafted, edit, product_of


def test_the_same_table_again_runs_no_stage_but_the_reading(shop: Checkout) -> None:
    before, was = (product_of(shop) / "product.yaml").read_bytes(), champion(shop)
    done = drafted(shop, shop.root / "shop.csv")
    assert done.returncode == 0, done.stderr
    assert (product_of(shop) / "product.yaml").read_bytes() == before
    assert "changed:" not in done.stderr
    assert "data_validation" not in done.stderr
    assert champion(shop) == was
    assert f"up to date: the champion is {NAME} {was[:12]} (since 20" in done.stderr
    assert done.stderr.endswith(": promoted: first model)\n")
    assert re.search(r"note: the hold-out has only \d\d rows; roc_auc 0\.\d+ is very uncertain", done.stderr)
    assert "too good to be true" not in done.stderr


@pytest.mark.parametrize("form", ["a query", "a report"])
def test_the_same_rows_in_another_form_are_fetched_and_train_nothing(shop: Checkout, form: str) -> None:
    was = champion(shop)
    if form == "a query":
        forms.sqlite(shop.root / "shop.db")
        words = ["--query", "SELECT * FROM orders ORDER BY id", "--redraft"]
        done = drafted(shop, f"sqlite:///{shop.root / 'shop.db'}", *words)
    else:
        (shop.root / "report.csv").write_text(f"Orders\n{forms.text()},,,,,\nTotal,5,,,6,\nSource: the shop\n", "utf-8")
        done = drafted(shop, shop.root / "report.csv", "--redraft")
        for sentence in (
            "line 1: 'Orders': above the header",
            "line 244: 'Total,5,,,6,'",
            "line 245: 'Source: the shop'",
        ):
            assert f"left out: {sentence}" in done.stderr
    assert done.returncode == 0, done.stderr
    assert "changed: source." in done.stderr
    assert "runs again from data_creation" in done.stderr
    assert "data_creation" in done.stderr
    assert "model_preparation" not in done.stderr
    assert champion(shop) == was


def test_an_edited_limit_is_said_and_only_the_test_runs_again(shop: Checkout) -> None:
    was = champion(shop)
    edit(shop, "floor: 0.585", "floor: 0.9999")
    done = shop.bash("pipeline.sh", NAME)
    assert done.returncode == 1
    assert "changed: gates.floor: 0.585 -> 0.9999; runs again from model_testing" in done.stderr
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


@pytest.mark.slow
def test_no_other_table_takes_the_place_of_a_champion_unasked(shop: Checkout) -> None:
    """Another file of that name, then the same file without a column: clients keep their model until --replace."""
    before, was = (product_of(shop) / "product.yaml").read_bytes(), champion(shop)
    other = shop.root / "other" / "shop.csv"
    other.parent.mkdir()
    lines = (shop.root / "shop.csv").read_text("cp1252").splitlines()
    other.write_text("\n".join([*lines, ""]), "cp1252")
    done = shop.bash("pipeline.sh", "--data", str(other), "--target", "y")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        f"product {NAME} is made from {shop.root / 'shop.csv'} (target y); {other} (target y) is another" in done.stderr
    )
    assert (product_of(shop) / "product.yaml").read_bytes() == before

    rows = [line.rsplit(";", 2) for line in lines]
    (shop.root / "shop.csv").write_text("\n".join([*(f"{row[0]};{row[2]}" for row in rows), ""]), "cp1252")
    kept = drafted(shop, shop.root / "shop.csv")
    assert kept.returncode == 0, kept.stderr
    assert "kept champion: the new model has another contract: clients must not send age; if that is" in kept.stderr
    assert champion(shop) == was
    replaced = shop.bash("pipeline.sh", NAME, "--replace")
    assert replaced.returncode == 0, replaced.stderr
    assert "model_preparation" not in replaced.stderr
    sentence = "promoted by --replace, without a contest: GET /contract changed: clients must not send age"
    assert sentence in replaced.stderr
    assert champion(shop) != was
    assert sentence in shop.bash("rollback.sh", NAME, "--history").stdout


def test_serve_after_data_answers_for_this_table(shop: Checkout) -> None:
    words = ["--data", str(shop.root / "shop.csv"), "--target", "y", "--name", NAME, "--quality", "fast", "--serve"]
    with serving(shop, "pipeline.sh", *words) as service:
        example = request.example_row(yaml_file.load(str(product_of(shop))).contract)
        answer = service.post("/predict", example)
        assert answer.status_code == 200
        assert answer.json()["model"] == champion(shop)
        assert answer.json()["prediction"] == ("yes" if answer.json()["probability"] > 0.5 else "no")
        assert service.post("/predict", {**example, "colour": "pink"}).status_code == 422
        table = (shop.root / "shop.csv").read_bytes()  # cp1252, semicolons, decimal commas, days as 31.12.2021
        headers = {"content-type": "text/csv"}
        batch = httpx.post(service.url + "/predict/batch", content=table, headers=headers, timeout=30)
        assert (batch.headers["x-rows"], batch.headers["x-rows-invalid"]) == ("240", "0")
        assert batch.headers["x-target-metric"] == "accuracy"
    done = shop.bash("score.sh", str(shop.root / "shop.csv"), str(shop.root / "scored.csv"), "--product", NAME)
    assert done.stdout.startswith("240 rows, 0 of them wrong"), done.stderr
    assert (shop.root / "scored.csv").read_bytes() == batch.content


def test_a_table_that_is_read_but_not_fit_stops_at_its_gate(shop: Checkout) -> None:
    """The answer is there again as a colour, but for two rows."""
    with (shop.root / "bad.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(forms.HEADER)
        for number, size, _, day, age, y in forms.rows():
            colour = "red" if (y == "yes") ^ (number in (100, 200)) else "white"
            writer.writerow([number, size, colour, day, age, y])
    done = shop.bash("pipeline.sh", "--data", str(shop.root / "bad.csv"), "--target", "y")
    assert (done.returncode, done.stdout) == (1, "")
    for words in ("gate data: leakage failed: colour", "colour alone predicts the target", "--ignore colour"):
        assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (shop.root / "final" / "products" / "bad" / "registry").exists()


def test_a_table_that_is_refused_leaves_no_product(ran: Checkout) -> None:
    bad = FINAL / "tests" / "unit" / "core" / "draft" / "bad" / "unit.csv"
    done = ran.bash("pipeline.sh", "--data", str(bad), "--target", "y", "--name", "a-bad-table")
    assert (done.returncode, done.stdout) == (1, "")
    assert "size: numbers with different units" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (ran.root / "final" / "products" / "a-bad-table").exists()
