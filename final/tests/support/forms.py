"""One small table, written in every form that --data takes."""

import bz2
import csv
import gzip
import io
import lzma
import random
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from core.spec.product import Product

HEADER = ["id", "size", "colour", "day", "age", "y"]
Row = tuple[int, float, str, date, int | None, str]


@cache
def rows(count: int = 240) -> tuple[Row, ...]:
    """An id, a number, a category with letters beyond ASCII, a day, a number that can be missing, and the target."""
    draw, found = random.Random(0), []
    for number in range(1, count + 1):
        size, colour = round(draw.uniform(1, 20), 1) + 0.05, draw.choice(["blau", "grün", "röt, hell"])
        noisy = size + 4 * (colour == "grün") + draw.gauss(0, 2)
        age = None if draw.random() < 0.1 else draw.randint(1, 90)
        day = date(2021, 1, 1) + timedelta(draw.randint(0, 300))
        found.append((number, round(size, 2), colour, day, age, "yes" if noisy > 11 else "no"))
    return tuple(found)


def text(delimiter: str = ",", decimal: str = ".", day: str = "%Y-%m-%d", end: str = "\n") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(HEADER)
    for number, size, colour, when, age, y in rows():
        writer.writerow([number, str(size).replace(".", decimal), colour, when.strftime(day), age, y])
    return out.getvalue()


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside/table.csv", text())


def zstandard(path: Path) -> None:
    with pa.output_stream(str(path), compression="zstd") as file:
        file.write(text().encode())


def parquet(path: Path, day: pa.DataType | None = None) -> None:
    columns: dict[str, Any] = dict(zip(HEADER, map(list, zip(*rows(), strict=True)), strict=True))
    table = pa.table({**columns, "colour": pa.array(columns["colour"]).dictionary_encode()})
    when = table["day"].cast(day or pa.date32())
    pyarrow.parquet.write_table(table.set_column(3, "day", when), path)


def sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE orders (id INTEGER, size REAL, colour TEXT, day TEXT, age INTEGER, y TEXT)")
    each = [(*row[:3], row[3].isoformat(), *row[4:]) for row in rows()]
    connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", each)
    connection.commit()
    connection.close()


def _encoded(encoding: str, **how: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(text(**how).encode(encoding))


FILES: dict[str, Callable[[Path], object]] = {
    "plain.csv": _encoded("utf-8"),
    "lines_of_windows.csv": _encoded("utf-8", end="\r\n"),
    "byte_order_mark.csv": _encoded("utf-8-sig"),
    "semicolons.csv": _encoded("utf-8", delimiter=";"),
    "tabs.tsv": _encoded("utf-8", delimiter="\t"),
    "bars.txt": _encoded("utf-8", delimiter="|"),
    "decimal_comma.csv": _encoded("cp1252", delimiter=";", decimal=",", day="%d.%m.%Y"),
    "utf16.csv": _encoded("utf-16", delimiter="\t"),
    "utf16_big_endian.csv": lambda path: path.write_bytes(b"\xfe\xff" + text().encode("utf-16-be")),
    "other_days.csv": _encoded("utf-8", day="%Y/%m/%d"),
    "times.csv": _encoded("utf-8", day="%Y-%m-%dT%H:%M:%S"),
    "packed.csv.gz": lambda path: path.write_bytes(gzip.compress(text().encode())),
    "packed.csv.bz2": lambda path: path.write_bytes(bz2.compress(text(delimiter=";").encode())),
    "packed.csv.xz": lambda path: path.write_bytes(lzma.compress(text().encode())),
    "packed.csv.zst": zstandard,
    "packed.zip": zipped,
    "days.parquet": parquet,
    "microseconds.parquet": lambda path: parquet(path, pa.timestamp("us")),
    "nanoseconds.pq": lambda path: parquet(path, pa.timestamp("ns")),
}


def assert_the_same(product: Product, found: pd.DataFrame) -> None:
    """The product and its table are those of `rows`, in whatever form they came."""
    wanted = pd.DataFrame(list(rows()), columns=HEADER)
    assert found["size"].tolist() == wanted["size"].tolist()
    assert found["day"].tolist() == [day.isoformat() for day in wanted["day"]]
    assert found["colour"].tolist() == wanted["colour"].tolist()
    np.testing.assert_array_equal(found["age"], wanted["age"])
    assert found["y"].tolist() == wanted["y"].tolist()
    assert found["id"].tolist() == [str(number) for number in wanted["id"]]
    kinds = {name: feature.type for name, feature in product.features.items()}
    assert kinds == {"size": "number", "colour": "category", "day": "date", "age": "integer"}
    assert (product.id, product.target.task, product.target.positive) == ("id", "binary", "yes")
    assert [name for name, feature in product.features.items() if feature.nullable] == ["age"]
