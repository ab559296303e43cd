"""Products of a few columns, and linear models of them with chosen coefficients, for tests of what decides."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.features.maker import FeatureMaker
from core.model.encoder import Encoder
from core.model.linear_part import Linear
from core.model.model import ProductModel
from core.spec.product import Product

TARGETS: dict[str, dict[str, Any]] = {
    "binary": {"name": "bought", "task": "binary", "values": ["yes", "no"], "positive": "yes"},
    "multiclass": {"name": "kind", "task": "multiclass", "values": ["red", "green", "blue"]},
    "regression": {"name": "price", "task": "regression", "min": 0, "max": 100},
}
FEATURES: dict[str, dict[str, Any]] = {
    "size": {"type": "number", "nullable": True},
    "shape": {"type": "category", "values": ["round", "square"]},
}


def declared(task: str = "binary", **keys: Any) -> Product:
    """A product with the features size and shape; `keys` take the place of whole keys of its file."""
    file: dict[str, Any] = {
        "name": "shop",
        "title": "Shop",
        "description": "What a shop sells.",
        "source": {"path": "shop.csv"},
        "target": TARGETS[task],
        "features": FEATURES,
        "gates": {"floor": 0.5},
    }
    return Product.model_validate({**file, **keys})


def linear_model(product: Product, slopes: Mapping[str, Sequence[float]], intercepts: Sequence[float]) -> ProductModel:
    """raw score = sum of slope x value + intercept, one slope for each class; a category counts as 0."""
    maker = FeatureMaker(product.contract)
    numbers = {name: (0.0, 0.0, 1.0, False) for name in maker.names if name not in maker.categorical}
    encoder = Encoder(numbers, {name: [] for name in maker.categorical})
    coefficients = np.array([slopes.get(name, [0.0] * len(intercepts)) for name in numbers], dtype=float)
    part = Linear(encoder, coefficients, np.array(intercepts, dtype=float), np.zeros(len(numbers)))
    return ProductModel(product.contract, {"linear": part}, [1.0], [0.0])
