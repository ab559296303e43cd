"""Labelled rows of the log become rows of the product's table."""

from pathlib import Path
from typing import Any

import pytest

from core.base.errors import UserError
from core.source.origin import SourceError
from stages.data_creation import add_rows
from tests.support.small_live import small_live
from tests.support.small_product import product
from tests.support.small_products import declared as declared_shop
from tests.support.watched import label_rows, log_rows, many
from watch.labelled import _refuse_what_is_missing, logged_rows, read_rows, write_rows
from watch.rows import Log


def test_labelled_rows_are_cells_of_the_table(tmp_path: Path) -> None:
    live, declared, rows = small_live(), product("binary", "linear").model_copy(update={"id": "number"}), many("binary")
    log_rows(tmp_path, rows.head(5), live)
    label_rows(tmp_path, ["yes", "no"])
    label_rows(tmp_path, ["no"])  # the last label counts
    logged = logged_rows(Log(tmp_path, live), declared)
    assert {key: row["y"] for key, row in logged.items()} == {"0": "no", "1": "no"}
    first, written = rows.iloc[0], logged["0"]
    assert (written["number"], written["flag"]) == ("0", first["flag"])
    assert written["count"] == f"{first['count']:.0f}"
    write_rows(logged, ["number", "size", "y", "other"], tmp_path / "labelled.csv")
    assert (tmp_path / "labelled.csv").read_text().splitlines()[0] == "number,size,y,other"
    assert read_rows(tmp_path / "labelled.csv", declared).keys() == {"0", "1"}


def test_a_row_has_the_products_id_if_it_was_logged(tmp_path: Path) -> None:
    live, declared, rows = small_live(), product("binary", "linear").model_copy(update={"id": "number"}), many("binary")
    log_rows(tmp_path, rows.head(2), live, ids=["n7", None])
    label_rows(tmp_path, ["yes", "no"])
    logged = logged_rows(Log(tmp_path, live), declared)
    assert {key: (row["number"], row["y"]) for key, row in logged.items()} == {"n7": ("n7", "yes"), "1": ("1", "no")}


@pytest.mark.parametrize("end", ["", "\n"])
def test_rows_are_added_to_a_table_of_the_same_header(end: str, tmp_path: Path) -> None:
    (tmp_path / "raw.csv").write_text(f'a,b\n1,"x, y"{end}')
    (tmp_path / "labelled.csv").write_text('a,b\n2,"say ""hi"""\n')
    add_rows(tmp_path / "labelled.csv", tmp_path / "raw.csv")
    assert (tmp_path / "raw.csv").read_text() == 'a,b\n1,"x, y"\n2,"say ""hi"""\n'


def test_rows_of_another_header_are_refused(tmp_path: Path) -> None:
    (tmp_path / "raw.csv").write_text("a,b\n1,2\n")
    (tmp_path / "labelled.csv").write_text("b,a\n2,1\n")
    with pytest.raises(SourceError, match="has the columns b, a; the source has a, b"):
        add_rows(tmp_path / "labelled.csv", tmp_path / "raw.csv")
    assert (tmp_path / "raw.csv").read_text() == "a,b\n1,2\n"


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"split": {"group": "who"}}, "the log has no who, by which rows are split"),
        ({"weight": "w"}, "the log has no w, by which rows are weighted"),
    ],
)
def test_a_log_without_the_group_or_the_weight_is_refused(keys: dict[str, Any], reason: str, tmp_path: Path) -> None:
    live = small_live()
    log_rows(tmp_path, many("binary").head(1), live)
    log = Log(tmp_path, live)
    with pytest.raises(UserError) as error:
        _refuse_what_is_missing(declared_shop(**keys), log, [])
    assert str(error.value) == f"{tmp_path}: {reason}"
    _refuse_what_is_missing(declared_shop(), log, [])
