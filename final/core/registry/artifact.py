"""A model with its manifest, as the folder that the registry keeps and the service loads."""

import hashlib
import math
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.base.digits import rounded
from core.base.errors import UserError
from core.base.files import write_json
from core.model.model import ProductModel
from core.model.sklearn_part import Foreign
from core.spec.product import Product

LIBRARIES = ("catboost", "numpy")  # which the predictions depend on
FOREIGN = ("scikit-learn", "skops")  # and those of an estimator of scikit-learn's
GOLDEN_ROWS = 20
TOLERANCE = 1e-6  # between processors; far below the difference of another model


class ArtifactError(UserError):
    """An artifact that must not be served."""


def assemble(
    product: Product, model: Path, figures: dict[str, Any], holdout: pd.DataFrame, raw: Path, folder: Path
) -> None:
    """Copy the model and write its manifest; equal inputs give equal bytes."""
    loaded = ProductModel.load(model)
    golden = holdout.head(GOLDEN_ROWS)
    shutil.copytree(model, folder, dirs_exist_ok=True)
    manifest = {
        "product": product.name,
        "contract": loaded.contract.hash(),
        # md5, by which DVC identifies the table
        "data": {"md5": hashlib.md5(raw.read_bytes()).hexdigest(), "feature_set": product.feature_set},  # noqa: S324
        "libraries": {name: version(name) for name in libraries(loaded)},
        "seed": product.model.seed,
        "holdout": figures,
        "golden": {
            "rows": records(golden, list(loaded.contract.features)),
            "predictions": rounded(loaded.scores(golden).tolist()),
        },
    }
    # a table to predict may be written as the one of the training, with the columns that were left out
    table = {"reading": product.source.reading(), "ignored": list(product.ignore)}
    unlogged = [name for name, feature in product.features.items() if not feature.log]
    manifest |= {key: value for key, value in (table | {"unlogged": unlogged}).items() if value}
    write_json(manifest, folder / "manifest.json")


def libraries(model: ProductModel) -> tuple[str, ...]:
    is_foreign = any(isinstance(part, Foreign) for part in model.parts.values())
    return (*LIBRARIES, *FOREIGN) if is_foreign else LIBRARIES


def records(table: pd.DataFrame, names: list[str]) -> list[dict[str, Any]]:
    """Rows as dicts for JSON, NaN as null."""
    return [{str(name): _for_json(value) for name, value in row.items()} for row in table[names].to_dict("records")]


def _for_json(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def verify(model: ProductModel, manifest: dict[str, Any]) -> None:
    """Raises ArtifactError unless contract, library versions and golden rows agree with the manifest."""
    contract = model.contract.hash()
    if contract != manifest["contract"]:
        raise ArtifactError(f"contract is {contract[:12]}, the manifest says {manifest['contract'][:12]}")
    for name, required in manifest["libraries"].items():
        if version(name) != required:
            raise ArtifactError(f"made with {name} {required}, here is {version(name)}: install that, or train again")
    rows, expected = manifest["golden"]["rows"], np.array(manifest["golden"]["predictions"])
    if not rows:
        raise ArtifactError("the manifest has no golden rows, so nothing can be verified")
    given = model.scores({name: [row[name] for row in rows] for name in model.contract.features})
    worst = math.inf
    if given.shape == expected.shape:
        # absolute for probabilities, relative for larger values
        worst = float((np.abs(given - expected) / np.maximum(1, np.abs(expected))).max())
    if not worst <= TOLERANCE:  # NaN is refused as well
        raise ArtifactError(f"golden rows are not reproduced: a prediction is off by {worst:g}")
