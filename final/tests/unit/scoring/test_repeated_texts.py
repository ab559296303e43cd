"""Texts that repeat are read from Parquet as a dictionary, checked once each, and give what plain texts give."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.spec.columns import Category, Feature, Text
from scoring.forms import Form
from scoring.place import Place
from scoring.reading import opened_table, repeated_texts
from service.batch.arrow import MOST_OF_A_BLOCK, blocks_of
from service.batch.block import Table
from service.batch.target import TargetColumn
from service.model.columns import ColumnCheck
from service.model.rows import Rows
from tests.support.small_products import declared

CONTRACT = declared().contract
ROWS = Rows(CONTRACT)
COUNT = 5000


def written(shapes: list[str], path: Path) -> Path:
    pq.write_table(pa.table({"size": np.arange(float(len(shapes))), "shape": shapes}), path)
    return path


def test_only_texts_that_repeat_are_a_dictionary(tmp_path: Path) -> None:
    repeated = written(["round", "square"] * COUNT, tmp_path / "repeated.parquet")
    distinct = written([f"shape {number}" for number in range(COUNT)], tmp_path / "distinct.parquet")
    assert repeated_texts(pq.ParquetFile(repeated), ROWS) == ["shape"]
    assert repeated_texts(pq.ParquetFile(distinct), ROWS) == []


def test_rows_come_in_their_order(tmp_path: Path) -> None:
    shapes = ["round", "square", "round"] * COUNT
    place = Place(str(written(shapes, tmp_path / "rows.parquet")))
    with opened_table(place, Form.PARQUET, ROWS) as batches:
        column = pa.chunked_array([batch["shape"] for batch in batches])
    assert pa.types.is_dictionary(column.type)
    assert column.to_pylist() == shapes


@pytest.mark.parametrize("nullable", [True, False])
@pytest.mark.parametrize("kind", [Text, Category])
def test_a_dictionary_is_checked_as_plain_texts_are(kind: type[Feature], nullable: bool) -> None:
    values = {"values": ["a", "b", "c"]} if kind is Category else {"max_length": 3}
    check = ColumnCheck(kind.model_validate({"type": kind.__name__.lower(), "nullable": nullable, **values}))
    indices = pa.array([0, 1, None, 3, 1, 0])
    column = pa.DictionaryArray.from_arrays(indices, pa.array(["a", "", "not used", "longer"]))
    (plain, is_good), (coded, is_coded_good) = check(column.dictionary_decode()), check(column)
    assert list(plain) == list(coded)
    assert is_good.tolist() == is_coded_good.tolist()


def test_long_texts_come_in_smaller_blocks_of_columns() -> None:
    text = "x" * 2000
    count = 2 * MOST_OF_A_BLOCK // len(text)
    batch = pa.record_batch({"size": np.zeros(count), "shape": [text] * count})
    blocks = list(blocks_of(batch, ROWS, TargetColumn(CONTRACT.target, "refuse")))
    assert all(isinstance(block, Table) for block in blocks)
    assert len(blocks) > 1
    assert sum(map(len, blocks)) == count
