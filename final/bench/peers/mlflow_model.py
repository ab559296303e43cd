"""Saves the served model as MLflow's pyfunc: mlflow_model.py ARTIFACT FOLDER. Runs in MLflow's own environment."""

import sys
from pathlib import Path
from typing import Any

import mlflow.pyfunc
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema

from core.model.model import ProductModel
from core.spec.columns import Category, Feature, Integer, Number
from core.spec.contract import Contract
from service.model.answers import Answers


class Served(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """The model that the service answers with, behind MLflow's own server."""

    def load_context(self, context: Any) -> None:
        self.model = ProductModel.load(Path(context.artifacts["model"]))
        self.answers = Answers(self.model.contract.target, self.model.guarantee)

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        whole = [n for n, f in self.model.contract.features.items() if isinstance(f, Category | Integer)]
        for name in whole:  # a column of whole numbers is of floats where one is missing
            if pd.api.types.is_float_dtype(model_input[name]):
                model_input[name] = model_input[name].astype(object)
        return pd.DataFrame(self.answers.of(*self.model.scored(model_input)))


def column(name: str, feature: Feature) -> ColSpec:
    kind = DataType.string
    if isinstance(feature, Number):
        kind = DataType.double
    elif isinstance(feature, Integer) or (
        isinstance(feature, Category) and all(type(v) is int for v in feature.values)
    ):
        kind = DataType.long
    return ColSpec(kind, name, required=not feature.nullable)


def signature(contract: Contract) -> ModelSignature:
    return ModelSignature(inputs=Schema([column(name, feature) for name, feature in contract.features.items()]))


if __name__ == "__main__":
    artifact, folder = Path(sys.argv[1]), sys.argv[2]
    served = Contract.model_validate_json((artifact / "contract.json").read_bytes())
    mlflow.pyfunc.save_model(
        folder,
        python_model=Served(),
        artifacts={"model": str(artifact)},
        signature=signature(served),
        pip_requirements=["catboost"],
    )
