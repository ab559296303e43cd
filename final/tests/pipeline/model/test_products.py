"""The products of several classes and of a number go the whole way, and nothing of them knows the Titanic."""

import os
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from core.base.files import folder_hash
from core.model.model import ProductModel
from core.registry import artifact
from core.spec.yaml_file import load
from core.table import typed
from service.model.answers import Answers
from tests.support.checkout import Checkout
from tests.support.running_service import serving

OLDER = {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_ICL"}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "metric"), [("weather", "accuracy"), ("temperatures", "rmse")])
def test_it_goes_from_its_source_to_a_promoted_model(checkout: Checkout, name: str, metric: str) -> None:
    done = checkout.bash("pipeline.sh", name)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(rf"Model test {metric} is: \d\.\d{{3}}\n", done.stdout)
    folder = checkout.root / "final" / "products" / name
    product = load(str(folder))
    rows, _ = typed.read(folder / "data" / "split" / "holdout.csv", product)
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
    expected = Answers(model.contract.target, model.guarantee).of(*model.scored(rows))
    with serving(checkout, "serve.sh", name) as service:
        single = [service.post("/predict", row).json() for row in given]
        assert [{k: v for k, v in answer.items() if k != "model"} for answer in single] == expected
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
        assert next(output["data"] for output in answer if output["name"] == "prediction") == [
            o["prediction"] for o in expected
        ]
