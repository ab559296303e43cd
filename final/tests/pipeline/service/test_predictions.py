"""The service answers what the model answers, and refuses what the contract does not allow, by name."""

import re
import shlex
import subprocess
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest

from core.metrics.classes import labels
from core.model.conformal import sets
from core.model.model import ProductModel
from core.registry import artifact
from core.spec.yaml_file import load
from core.table.typed import read
from tests.support.checkout import Checkout
from tests.support.running_service import Service

ROW: dict[str, Any] = {
    "Pclass": 1,
    "Name": "Astor, Mrs. John Jacob",
    "Sex": "female",
    "Age": 18,
    "SibSp": 1,
    "Parch": 0,
    "Ticket": "PC 17757",
    "Fare": 227.525,
    "Cabin": "C62",
    "Embarked": "C",
}
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("Age", {**ROW, "Age": "young"}, "Input should be a valid number"),
    ("Age", {**ROW, "Age": -1}, "Input should be greater than or equal to 0"),
    ("Age", {**ROW, "Age": True}, "Input should be a valid number"),
    ("Sex", {**ROW, "Sex": "Female"}, "Input should be 'female' or 'male'"),
    ("Pclass", {**ROW, "Pclass": "1"}, "Input should be 1, 2 or 3"),
    ("SibSp", {**ROW, "SibSp": 1.5}, "Input should be a valid integer"),
    ("Name", {**ROW, "Name": None}, "Input should be a valid string"),
    ("Fair", {**ROW, "Fair": 3}, "unknown field; did you mean Fare?"),
    ("Survived", {**ROW, "Survived": 1}, "unknown field; GET /contract lists them"),
    ("Ticket", {k: v for k, v in ROW.items() if k != "Ticket"}, "required field is missing"),
]


def test_every_row_of_the_holdout_is_answered_as_the_model_answers(service: Service, trained: Checkout) -> None:
    product = load(str(trained.product))
    holdout, _ = read(trained.product / "data" / "split" / "holdout.csv", product)
    model = ProductModel.load(trained.product / "registry" / "models" / trained.champion())
    expected = model.scores(holdout)
    rows = [as_json(row) for row in artifact.records(holdout, list(product.contract.features))]
    batch = service.post("/predict/batch", rows).json()
    assert [answer["probability"] for answer in batch["predictions"]] == expected.tolist()
    assert [str(answer["prediction"]) for answer in batch["predictions"]] == list(labels(expected, product.target))
    scores, limits = model.scored(holdout)
    assert limits is not None
    members = sets(scores, limits)
    for row, probability, (zero, one) in zip(rows[:20], expected[:20], members[:20], strict=True):
        answer = service.post("/predict", row).json()
        assert answer == {
            "prediction": int(probability > 0.5),
            "probability": probability,
            "set": [value for value, is_in in ((0, zero), (1, one)) if is_in],
            "model": trained.champion(),
        }


def as_json(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the table as a client would send it; what is missing is left out."""
    whole = {"Pclass", "SibSp", "Parch"}
    return {name: int(value) if name in whole else value for name, value in row.items() if value is not None}


@pytest.mark.parametrize(("field", "row", "reason"), BAD, ids=[f"{f}-{r}" for f, _, r in BAD])
def test_a_bad_row_is_refused_by_field_and_reason(service: Service, field: str, row: Any, reason: str) -> None:
    answer = service.post("/predict", row)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], len(problem["errors"])) == (422, 1)
    assert problem["errors"][0]["field"] == field
    assert problem["errors"][0]["reason"] == reason
    assert "Traceback" not in answer.text


def test_a_bad_row_of_a_batch_has_its_own_error_and_the_others_their_answers(service: Service) -> None:
    answer = service.post("/predict/batch", [ROW, {**ROW, "Age": "young"}, ROW])
    assert (answer.status_code, answer.headers["x-rows"], answer.headers["x-rows-invalid"]) == (200, "3", "1")
    first, bad, last = answer.json()["predictions"]
    assert first == last
    assert first["probability"] > 0.5
    assert bad == {"errors": [{"field": "Age", "reason": "Input should be a valid number", "got": "str"}]}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"nonsense", b'{"Age": NaN}', b"\xff\xfe"])
def test_a_body_that_is_no_row_is_a_problem_not_a_failure(service: Service, body: bytes) -> None:
    answer = httpx.post(
        service.url + "/predict", content=body, headers={"content-type": "application/json"}, timeout=10
    )
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_of_a_thousand_wrong_rows_the_first_mistakes_are_named(service: Service) -> None:
    tensor = {"name": "Age", "datatype": "FP64", "shape": [1000], "data": [-1] * 1000}
    for path, body, status in (
        ("/invocations", {"dataframe_records": [{}] * 1000}, 400),
        ("/v2/models/titanic/infer", {"inputs": [tensor]}, 400),
        ("/explain", [{}] * 1000, 422),
    ):
        answer = service.post(path, body)
        assert answer.status_code == status
        assert re.search(r"0\.Pclass: required field is missing \(and (99|1\d\d) more\)", answer.text)


def test_an_empty_batch(service: Service) -> None:
    assert service.post("/predict/batch", []).json() == {
        "predictions": [],
        "model": service.get("/readyz").json()["model"],
        "rows": 0,
        "invalid": 0,
    }


def test_the_printed_curl_line_works_when_pasted(service: Service) -> None:
    done = subprocess.run([*shlex.split(service.curl), "-s"], capture_output=True, text=True, timeout=60, check=True)
    assert '"probability":' in done.stdout


def test_the_example_of_the_contract_is_accepted(service: Service) -> None:
    schema = service.get("/contract").json()
    assert service.post("/predict", schema["examples"][0]).status_code == 200
    row = service.get("/openapi.json").json()["components"]["schemas"]["Row"]
    assert row["properties"]["Age"]["description"].startswith("A fraction for infants")
    assert service.get("/docs").status_code == 200


def test_the_manifest_says_what_is_served(service: Service, trained: Checkout) -> None:
    manifest = service.get("/model").json()
    assert manifest["model"] == trained.champion()
    assert manifest["holdout"]["metrics"]["accuracy"]["low"] < manifest["holdout"]["metrics"]["accuracy"]["high"]
    assert {"contract", "data", "libraries", "seed", "golden"} <= manifest.keys()


def test_requests_and_predictions_are_counted(service: Service) -> None:
    def count(name: str) -> float:
        lines = service.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    before = count('requests_total{path="/predict",status="200"}'), count("predictions_total")
    service.post("/predict", ROW)
    after = count('requests_total{path="/predict",status="200"}'), count("predictions_total")
    assert np.subtract(after, before).tolist() == [1, 1]
    assert count("model_ready") == 1


def test_missing_and_null_are_the_same(service: Service) -> None:
    without = {name: value for name, value in ROW.items() if name != "Age"}
    assert service.post("/predict", without).json() == service.post("/predict", {**ROW, "Age": None}).json()
    assert not pd.isna(service.post("/predict", without).json()["probability"])


def test_a_whole_number_may_be_written_with_a_point(service: Service) -> None:
    """JSON Schema calls 2.0 an integer, and pandas writes integers so beside a missing one."""
    usual, pointed = service.post("/predict", ROW).json(), {**ROW, "Pclass": float(ROW["Pclass"]), "SibSp": 1.0}
    answer = service.post("/predict", pointed)
    assert (answer.status_code, answer.json()) == (200, usual | {"model": answer.json()["model"]})
    (row,) = service.post("/predict/batch", [pointed]).json()["predictions"]
    (explained,) = service.post("/explain", pointed).json()["rows"]
    assert row["probability"] == explained["probability"] == usual["probability"]
    for wrong in (
        {"SibSp": 1.5},
        {"SibSp": 1e300},
        {"SibSp": 1.0, "Name": 2.0},
        {"Sex": 1.0},
        {"SibSp": 1.0, "Fore": 1.0},
    ):
        refused = service.post("/predict", {**ROW, **wrong})
        assert refused.status_code == 422
        assert "float" in {mistake["got"] for mistake in refused.json()["errors"]}
