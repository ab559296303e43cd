"""Options of the pipeline that belong together, and names of products that are not plain."""

import os
from pathlib import Path

import pytest

from core.base.errors import UserError
from core.draft.options import Wish
from pipeline import caller
from pipeline.__main__ import _drafted
from pipeline.index import refresh


@pytest.mark.parametrize(("data", "target"), [("shop.csv", None), (None, "bought")])
def test_a_table_needs_its_target(data: str | None, target: str | None) -> None:
    with pytest.raises(UserError, match=r"^--data and --target belong together: a table, and its column to predict$"):
        _drafted(data, target, Wish())


def test_options_of_a_draft_need_a_table() -> None:
    assert _drafted(None, None, Wish()) is None
    with pytest.raises(UserError, match=r"^--name, --query, .* are for a table to draft: give --data, --target$"):
        _drafted(None, None, Wish(name="shop"))


def test_the_index_lists_products_with_plain_names(tmp_path: Path) -> None:
    for name in ("shop", "a-1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "product.yaml").touch()
    refresh(tmp_path)
    assert (tmp_path / "index.yaml").read_text().splitlines()[-1] == "products: [a-1, shop]"
    (tmp_path / "my shop").mkdir()
    (tmp_path / "my shop" / "product.yaml").touch()
    with pytest.raises(UserError, match=r"my shop: a product's name consists of letters, digits, \., - and _: rename"):
        refresh(tmp_path)


def test_a_database_of_the_environment_is_that_of_the_callers_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    valid = Path(__file__).parents[1] / "core" / "spec" / "valid" / "small.yaml"
    text = valid.read_text()
    (tmp_path / "shop").mkdir()
    source = next(line for line in text.splitlines() if line.startswith("source:"))
    sql = "source: {sql: {url_from: SHOP_URL, query: select 1}}"
    (tmp_path / "shop" / "product.yaml").write_text(text.replace(source, sql))
    monkeypatch.setattr(caller, "PRODUCTS", tmp_path.resolve())
    monkeypatch.setenv("SHOP_URL", "sqlite:///shop.db")
    monkeypatch.chdir(tmp_path)
    assert caller.enter(str(tmp_path / "shop")) == "shop"
    assert os.environ["SHOP_URL"] == f"sqlite:///{tmp_path / 'shop.db'}"
