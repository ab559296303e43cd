"""The manifest keeps how the table was written, so that a table to predict may be written the same way."""

import json
from pathlib import Path

import pandas as pd

from core.registry.artifact import assemble
from tests.support.small_products import declared, linear_model


def test_the_manifest_says_how_the_table_is_read_and_what_was_left_out_of_it(tmp_path: Path) -> None:
    source = {"path": "shop.csv", "delimiter": ";", "decimal": ","}
    product = declared(source=source, ignore=["remark", "clerk"])
    linear_model(product, {"size": [1.3]}, [0.1]).save(tmp_path / "model")
    (tmp_path / "raw.csv").touch()
    holdout = pd.DataFrame({"size": [1.0, 2.0], "shape": ["round", "square"]})
    assemble(product, tmp_path / "model", {}, holdout, tmp_path / "raw.csv", tmp_path / "artifact")
    manifest = json.loads((tmp_path / "artifact" / "manifest.json").read_bytes())
    assert manifest["reading"] == {"delimiter": ";", "decimal": ","}
    assert manifest["ignored"] == ["remark", "clerk"]
