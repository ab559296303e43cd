"""The products of several classes and of a number go the whole way, and nothing of them knows the Titanic."""

import os
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from product import artifact, split_gates, table
from product.files import folder_hash
from product.model import ProductModel
from product.product_file import load
from service.answers import Answers
from tests.checkout import Checkout
from tests.running_service import serving

OLDER = {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_ICL"}


@pytest.mark.parametrize(("name", "metric"), [("weather", "accuracy"), ("temperatures", "rmse")])
def test_it_goes_from_its_source_to_a_promoted_model(checkout: Checkout, name: str, metric: str) -> None:
    done = checkout.bash("pipeline.sh", name)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(rf"Model test {metric} is: \d\.\d{{3}}\n", done.stdout)
    folder = checkout.root / "final" / "products" / name
    product = load(str(folder))
    rows, _ = table.read(folder / "data" / "split" / "holdout.csv", product)
    model = ProductModel.load(folder / "model")
    raw, shares = model.raw_scores(rows), model.contributions(rows)
    assert shares.shape == (*raw.shape, len(model.features.names) + 1)
    np.testing.assert_allclose(shares.sum(axis=-1), raw, atol=1e-6)
    # a row alone is answered as it is among many
    np.testing.assert_allclose(model.scores(rows.iloc[[5]]), model.scores(rows)[[5]], atol=1e-9)
    answers_agree(checkout, name, model, rows.head(12))
    # and where numpy and BLAS add in another order, as on an older processor, training gives the same bytes
    before = folder_hash(folder / "model"), (folder / "reports" / "metrics.json").read_bytes()
    for stage in ("model_preparation", "model_testing"):
        subprocess.run(
            [sys.executable, "-m", f"stages.{stage}", name],
            cwd=checkout.root / "final",
            env={**os.environ, **OLDER},
            check=True,
            timeout=120,
        )
    assert (folder_hash(folder / "model"), (folder / "reports" / "metrics.json").read_bytes()) == before


def answers_agree(checkout: Checkout, name: str, model: ProductModel, rows: pd.DataFrame) -> None:
    """The library, single rows, a batch, MLflow's protocol and v2's say the same of the same rows."""
    given = artifact.records(rows, list(model.contract.features))
    expected = Answers(model.contract.target).of(model.scores(rows))
    with serving(checkout, "serve.sh", name) as service:
        single = [service.post("/predict", row).json() for row in given]
        assert [{k: v for k, v in one.items() if k != "model"} for one in single] == expected
        assert service.post("/predict/batch", given).json()["predictions"] == expected
        assert service.post("/invocations", {"dataframe_records": given}).json()["predictions"] == expected
        kinds = {tensor["name"]: tensor for tensor in service.get(f"/v2/models/{name}").json()["inputs"]}
        columns = [
            {
                "name": key,
                "datatype": kinds[key]["datatype"],
                "shape": [len(given)],
                "data": [row[key] for row in given],
            }
            for key in kinds
        ]
        answer = service.post(f"/v2/models/{name}/infer", {"inputs": columns}).json()["outputs"]
        assert next(one["data"] for one in answer if one["name"] == "prediction") == [o["prediction"] for o in expected]


def test_a_split_by_time_tests_on_later_days_than_it_learns_from() -> None:
    product = load("temperatures")
    days = [f"2020-01-{day:02d}" for day in (5, 3, 1, 2, 4, 9, 7, 8, 6, 10) for _ in range(3)]
    rows = pd.DataFrame({"date": days, **dict.fromkeys(["city", "today", "change", "mean_7", "tomorrow"], 0)})
    parts = table.split(rows, product)
    assert sum(map(len, parts.values())) == len(rows)
    assert max(parts["train"]["date"]) < min(parts["validation"]["date"])
    assert max(parts["validation"]["date"]) < min(parts["holdout"]["date"])
    assert all(gate.passed for gate in split_gates.all_gates(parts, product) if "time" in gate.name)
    mixed = {**parts, "train": parts["holdout"], "holdout": parts["train"]}
    (verdict,) = [gate for gate in split_gates.all_gates(mixed, product) if "time" in gate.name]
    assert not verdict.passed
