"""The Titanic's product file and table, as they are and with one thing changed."""

from functools import cache
from pathlib import Path

import pandas as pd

from core.base.paths import FINAL
from core.spec import yaml_file
from core.spec.product import Product

FILE = FINAL / "products" / "titanic" / "product.yaml"
SNAPSHOT = FINAL.parent / "lab4" / "snapshot" / "train.csv"
SOURCE = "command: bash ../lab4/feature_set.sh {feature_set} {output}"

# changes of product.yaml: a model that learns next to nothing, and limits that let it through
WEAK = (("iterations: 1000", "iterations: 1"), ("depth: 5", "depth: 1"))
GOOD = tuple((new, old) for old, new in WEAK)
LOW = (
    ("floor: 0.75", "floor: 0.5"),
    ("above_baseline: 0.05", "above_baseline: 0\n  beside_linear: 0"),
    ("{Sex: 0.65, Pclass: 0.6}", "{}"),
    ("max_ece: 0.15", "max_ece: 1"),
    ("coverage: 0.9 ", "coverage: 0.6 "),
)


def replaced(text: str, *changes: tuple[str, str]) -> str:
    """The text with each old part replaced; a part that is not there exactly once is a mistake of the test."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} is in the text {text.count(old)} times"
        text = text.replace(old, new)
    return text


def declared(*changes: tuple[str, str]) -> Product:
    """The product, with text of its file replaced."""
    return yaml_file.parse(replaced(FILE.read_text(encoding="utf-8"), *changes), Path("product.yaml"))


@cache
def _snapshot() -> pd.DataFrame:
    return pd.read_csv(SNAPSHOT, dtype=str, keep_default_na=False)


def snapshot() -> pd.DataFrame:
    """The table as text, to be changed."""
    return _snapshot().copy()
