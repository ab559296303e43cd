"""The service answers as the library does, and explains in problem JSON what is wrong with a request or a model."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from lab3.app import create
from lab3.forecast import EXAMPLE, MEASURES, Days, load

Week = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def client(model: Path) -> Iterator[TestClient]:
    with TestClient(create(model), raise_server_exceptions=False) as client:
        yield client


def changed(day: int, **values: Any) -> Week:
    """The example with other values on one day."""
    return {"days": [d | values if i == day else d for i, d in enumerate(EXAMPLE["days"])]}


def test_the_example_is_answered_as_the_library_answers_it(client: TestClient, model: Path) -> None:
    answer = client.post("/predict", json=EXAMPLE).json()
    assert answer["chance_of_rain"] == load(model).chance(Days(**EXAMPLE).days)
    assert answer["date"] == "2015-10-26"
    assert client.get("/openapi.json").json()["components"]["schemas"]["Days"]["examples"] == [EXAMPLE]


def test_the_effects_add_up_to_the_answer(client: TestClient) -> None:
    answer = client.post("/predict", json=EXAMPLE).json()
    assert answer["usual"] + sum(answer["effects"].values()) == pytest.approx(answer["chance_of_rain"], abs=1e-12)
    assert set(answer["effects"]) == set(MEASURES)
    wetter = {"days": [day | {"precipitation": 30.0} for day in EXAMPLE["days"]]}
    assert client.post("/predict", json=wetter).json()["effects"]["precipitation"] > answer["effects"]["precipitation"]


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"wind": "3"}, "days.2.wind", "valid number"),
        ({"wind": True}, "days.2.wind", "valid number"),
        ({"wind": None}, "days.2.wind", "valid number"),
        ({"precipitation": -1}, "days.2.precipitation", "greater than or equal to 0"),
        ({"temp_max": 500}, "days.2.temp_max", "less than or equal to 65"),
        ({"temp_min": 40.0}, "days.2", "temp_min 40.0 is above temp_max"),
        ({"rain": 1}, "days.2.rain", "is not a field of the request"),
        ({"date": "2015-13-01"}, "days.2.date", "date"),
        ({"date": "2015-10-21T12:00"}, "days.2.date", "zero time"),
        ({"date": "1999-01-01"}, "body", "days must be consecutive"),
    ],
)
def test_a_bad_day_is_named(client: TestClient, values: dict[str, Any], field: str, reason: str) -> None:
    answer = client.post("/predict", json=changed(2, **values))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert reason in error["reason"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("{", "body: is not JSON"),
        ("[]", "body"),
        ('{"days": []}', "days"),
        ('{"days": [{"date": "2015-01-01"}]}', "days.0.precipitation: is missing"),
        ('{"days": [{"date": "2015-01-01", "precipitation": NaN}]}', "days.0.precipitation"),
        ('{"days": [{"date": "2015-01-01", "precipitation": 1e999}]}', "days.0.precipitation"),
    ],
)
def test_a_bad_body_is_a_problem(client: TestClient, body: str, detail: str) -> None:
    answer = client.post("/predict", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["status"]) == (422, 422)
    assert detail in answer.json()["detail"]


def test_a_wrong_number_of_days_is_named(client: TestClient) -> None:
    answer = client.post("/predict", json={"days": EXAMPLE["days"][1:]})
    assert answer.json()["errors"] == [{"field": "days", "reason": "needs the last 7 days, got 6"}]


def test_each_refusal_is_one_that_the_documentation_names(client: TestClient) -> None:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        refused = client.request("TRACE", path)
        assert (refused.status_code, refused.headers["allow"]) == (405, *(method.upper() for method in methods))
        assert refused.headers["content-type"] == "application/problem+json"
        for operation in methods.values():
            documented = {code: list(response["content"]) for code, response in operation["responses"].items()}
            assert documented.pop("200") == ["application/json"]
            assert all(kinds == ["application/problem+json"] for kinds in documented.values())
            assert ("503" in documented) == (path != "/healthz")
    assert client.get("/nothing").headers["content-type"] == "application/problem+json"


def test_an_internal_error_is_a_problem_without_a_stack_trace(model: Path) -> None:
    app = create(model)
    with TestClient(app, raise_server_exceptions=False) as client:
        app.state.forecast.weeks["usual"].clear()
        answer = client.post("/predict", json=EXAMPLE)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "Traceback" not in answer.text


def _cut_model(folder: Path) -> None:
    content = (folder / "model.skops").read_bytes()
    (folder / "model.skops").write_bytes(content[:-100])


def _change_golden(folder: Path) -> None:
    weeks = json.loads((folder / "weeks.json").read_text())
    weeks["golden"][3]["chance"] += 0.001
    (folder / "weeks.json").write_text(json.dumps(weeks))


def _refused_model(folder: Path) -> None:
    about = json.loads((folder / "model.json").read_text())
    about["test"]["accepted"] = False
    (folder / "model.json").write_text(json.dumps(about))


def _no_weeks(folder: Path) -> None:
    (folder / "weeks.json").write_text("{}")


@pytest.mark.parametrize(
    ("damage", "detail"),
    [
        (shutil.rmtree, "No such file"),
        (_cut_model, "its sha256 is not the one in model.json"),
        (_change_golden, "a golden week gives"),
        (_refused_model, "not an accepted model"),
        (_no_weeks, "weeks.json: 'model'"),
    ],
    ids=["no model", "cut", "other answers", "refused by lab2", "no weeks"],
)
def test_an_unusable_model_is_never_ready(
    model: Path, tmp_path: Path, damage: Callable[[Path], None], detail: str
) -> None:
    shutil.copytree(model, tmp_path / "model")
    damage(tmp_path / "model")
    with TestClient(create(tmp_path / "model")) as client:
        assert client.get("/healthz").status_code == 200
        for answer in (client.get("/readyz"), client.post("/predict", json=EXAMPLE)):
            assert answer.status_code == 503
            assert detail in answer.json()["detail"]
            assert "run lab2/pipeline.sh, then lab3/pipeline.sh" in answer.json()["detail"]
