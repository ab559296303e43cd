"""The served model behind LitServe: litserve_server.py PORT. ARTIFACT names its folder."""

import os
import sys
from pathlib import Path
from typing import Any

import litserve
import pandas as pd

from core.model.model import ProductModel
from service.model.answers import Answers


class Served(litserve.LitAPI):  # type: ignore[misc]
    def setup(self, device: str) -> None:
        self.model = ProductModel.load(Path(os.environ["ARTIFACT"]))
        self.answers = Answers(self.model.contract.target, self.model.guarantee)

    def decode_request(self, request: dict[str, Any]) -> dict[str, Any]:
        return request

    def predict(self, x: dict[str, Any]) -> dict[str, Any]:
        return self.answers.of(*self.model.scored(pd.DataFrame([x])))[0]

    def encode_response(self, output: dict[str, Any]) -> dict[str, Any]:
        return output


if __name__ == "__main__":
    litserve.LitServer(Served(), accelerator="cpu").run(
        host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning"
    )
