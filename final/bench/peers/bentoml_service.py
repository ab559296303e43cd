"""The served model behind BentoML: `bentoml serve bentoml_service:Served`. ARTIFACT names its folder."""

import os
from pathlib import Path
from typing import Any

import bentoml
import pandas as pd

from core.model.model import ProductModel
from service.model.answers import Answers


@bentoml.service  # type: ignore[untyped-decorator, unused-ignore]
class Served:
    def __init__(self) -> None:
        self.model = ProductModel.load(Path(os.environ["ARTIFACT"]))
        self.answers = Answers(self.model.contract.target, self.model.guarantee)

    @bentoml.api  # type: ignore[untyped-decorator, unused-ignore]
    def predict(self, row: dict[str, Any]) -> dict[str, Any]:
        return self.answers.of(*self.model.scored(pd.DataFrame([row])))[0]
