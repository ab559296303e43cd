"""Models as people elsewhere train them: on a product's columns, by CatBoost or scikit-learn, saved to a file."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import skops.io
from catboost import CatBoostClassifier, Pool
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from core.features.maker import FeatureMaker
from core.spec.product import Product
from core.table import typed


def columns(product: Product, path: Path) -> tuple[pd.DataFrame, pd.Series]:
    """What a model of the product sees of a part of its table, and the target."""
    rows, _ = typed.read(path, product)
    return pd.DataFrame(FeatureMaker(product.contract)(rows)), rows[product.target.name]


def catboost(product: Product, frame: pd.DataFrame, target: Any, path: Path, **settings: Any) -> CatBoostClassifier:
    categorical = FeatureMaker(product.contract).categorical
    model = CatBoostClassifier(**{"iterations": 150, "verbose": False, "allow_writing_files": False, **settings})
    model.fit(Pool(frame, target, cat_features=[name for name in categorical if name in frame]))
    model.save_model(str(path))
    return model


def forest(product: Product, frame: pd.DataFrame, target: Any, path: Path) -> Any:
    categorical = FeatureMaker(product.contract).categorical
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, max_categories=20)
    parts = make_column_transformer(
        (encoder, categorical), (SimpleImputer(), [n for n in frame if n not in categorical])
    )
    model = make_pipeline(parts, RandomForestClassifier(100, min_samples_leaf=2, random_state=0)).fit(frame, target)
    skops.io.dump(model, path)
    return model


def shuffled(target: pd.Series) -> np.ndarray:
    return np.random.default_rng(0).permutation(target.to_numpy())
