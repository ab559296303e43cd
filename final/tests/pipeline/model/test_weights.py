"""--weight from the draft to the report, and the same file with its weights through the champion."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.metrics.classes import codes
from core.metrics.metrics import value
from core.model.model import ProductModel
from core.spec.yaml_file import load
from core.table import typed
from tests.support.checkout import Checkout

OPTIONS = ("--target", "y", "--weight", "times", "--quality", "fast", "--name", "weighted")


@pytest.mark.slow
def test_rows_are_weighted_from_the_draft_to_the_report(shop: Checkout, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"size": rng.normal(size=300).round(3), "times": rng.integers(0, 5, 300)})
    signal = np.where(rows["times"] > 2, 1, -0.2) * rows["size"] + rng.normal(0, 0.3, 300)
    rows["y"] = np.where(signal > 0, "yes", "no")
    rows.to_csv(tmp_path / "rows.csv", index=False)
    done = shop.bash("pipeline.sh", "--data", str(tmp_path / "rows.csv"), *OPTIONS)
    assert done.returncode == 0, done.stderr
    folder = shop.root / "final" / "products" / "weighted"
    product = load(str(folder))
    assert (product.weight, list(product.features)) == ("times", ["size"])

    holdout, _ = typed.read(folder / "data" / "split" / "holdout.csv", product)
    scores, target = ProductModel.load(folder / "model").scores(holdout), codes(holdout["y"], product.target)
    figures = json.loads((folder / "reports" / "metrics.json").read_bytes())
    weights = holdout["times"].to_numpy()
    for name, interval in figures["metrics"].items():
        assert interval["value"] == pytest.approx(value(name, target, scores, weights), abs=1e-6)
    assert figures["metrics"]["accuracy"]["value"] > value("accuracy", target, scores) + 0.05
    assert figures["coverage"]["rows"] == len(holdout)
    assert "Rows are weighted by times;" in (folder / "reports" / "report.html").read_text()

    scored = shop.bash("score.sh", str(tmp_path / "rows.csv"), str(tmp_path / "out.csv"), "--product", "weighted")
    assert scored.returncode == 0, scored.stderr
    assert scored.stdout.startswith("300 rows, 0 of them wrong")

    broken = rows.assign(times=rows["times"].astype(str).where(rows.index != 7, "-1"))
    broken.to_csv(tmp_path / "rows.csv", index=False)
    stopped = shop.bash("pipeline.sh", "weighted")
    assert stopped.returncode == 1
    assert "times: less than the minimum 0 in 1 row (line 9: -1.0)" in stopped.stderr
