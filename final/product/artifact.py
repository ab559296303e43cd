"""A model with all that is known of it, as the folder that the registry keeps and the service loads."""

import hashlib
import math
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from product.declaration import Product
from product.digits import rounded
from product.errors import UserError
from product.files import write_json
from product.foreign import Foreign
from product.model import ProductModel

LIBRARIES = ("catboost", "numpy")  # what the predictions depend on
FOREIGN = ("scikit-learn", "skops")  # and those of a model that scikit-learn answers for
GOLDEN_ROWS = 20
TOLERANCE = 1e-6  # between processors; far below any difference that another model would make


class ArtifactError(UserError):
    """An artifact that must not be served."""


def assemble(
    product: Product, model: Path, figures: dict[str, Any], holdout: pd.DataFrame, raw: Path, folder: Path
) -> None:
    """Copy the model and write its manifest; all of it follows from the inputs, so equal inputs give equal bytes."""
    loaded = ProductModel.load(model)
    golden = holdout.head(GOLDEN_ROWS)
    shutil.copytree(model, folder, dirs_exist_ok=True)
    manifest = {
        "product": product.name,
        "contract": loaded.contract.hash(),
        # md5, because that is what DVC calls the table by
        "data": {"md5": hashlib.md5(raw.read_bytes()).hexdigest(), "feature_set": product.feature_set},  # noqa: S324
        "libraries": {name: version(name) for name in libraries(loaded)},
        "seed": product.model.seed,
        "holdout": figures,
        "golden": {
            "rows": records(golden, list(loaded.contract.features)),
            "predictions": rounded(loaded.scores(golden).tolist()),
        },
    }
    write_json(manifest, folder / "manifest.json")


def libraries(model: ProductModel) -> tuple[str, ...]:
    return LIBRARIES + (FOREIGN if any(isinstance(part, Foreign) for part in model.parts.values()) else ())


def records(table: pd.DataFrame, names: list[str]) -> list[dict[str, Any]]:
    """Rows as dicts for JSON, NaN as null."""
    rows = table[names].to_dict("records")
    return [{str(k): None if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()} for row in rows]


def verify(model: ProductModel, manifest: dict[str, Any]) -> None:
    """Raises ArtifactError unless contract, library versions and the golden rows are what the manifest says."""
    if (found := model.contract.hash()) != manifest["contract"]:
        raise ArtifactError(f"contract is {found[:12]}, the manifest says {manifest['contract'][:12]}")
    for name, wanted in manifest["libraries"].items():
        if version(name) != wanted:
            raise ArtifactError(f"made with {name} {wanted}, here is {version(name)}: install that, or train again")
    rows, expected = manifest["golden"]["rows"], np.array(manifest["golden"]["predictions"])
    if not rows:
        raise ArtifactError("the manifest has no golden rows, so nothing can be verified")
    given = model.scores({name: [row[name] for row in rows] for name in model.contract.features})
    # a probability is off by what it is off; a value in a unit by its share
    worst = (
        float((np.abs(given - expected) / np.maximum(1, np.abs(expected))).max())
        if given.shape == expected.shape
        else math.inf
    )
    if not worst <= TOLERANCE:
        raise ArtifactError(f"golden rows are not reproduced: a prediction is off by {worst:g}")
