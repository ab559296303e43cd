"""What people write: FastAPI that validates a row and makes a DataFrame of it; and one that answers a constant."""

import os
from pathlib import Path
from typing import Any

import pandas as pd
from fastapi import FastAPI

from core.model.model import ProductModel
from core.spec.contract import Contract
from core.spec.request import request_model
from service.model.answers import Answers

FOLDER = Path(os.environ["ARTIFACT"])
Row = request_model(Contract.model_validate_json((FOLDER / "contract.json").read_bytes()))
CONSTANT = {"prediction": 1, "probability": 0.5}


def frame() -> FastAPI:
    app, model = FastAPI(), ProductModel.load(FOLDER)
    answers = Answers(model.contract.target, model.guarantee)

    @app.post("/predict")
    def predict(row: Row) -> dict[str, Any]:  # type: ignore[valid-type]
        table = pd.DataFrame([row.model_dump(by_alias=True)])  # type: ignore[attr-defined]
        return answers.of(*model.scored(table))[0]

    return app


def constant() -> FastAPI:
    app = FastAPI()

    @app.post("/predict")
    async def predict(row: Row) -> dict[str, Any]:  # type: ignore[valid-type]
        return CONSTANT

    return app
