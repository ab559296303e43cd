"""One model, many ways to ask: library, single rows, batches in four forms, MLflow's and the v2 protocol agree."""

import csv
import io
import json

import httpx
import nanoarrow
import numpy as np
import pytest
from nanoarrow.ipc import StreamWriter

from tests.support.holdout_rows import WHOLE, Rows, fixtures
from tests.support.mlflow_bodies import bodies
from tests.support.running_service import Service

service, rows, expected = fixtures()


def test_single_rows_answer_as_the_library(service: Service, rows: Rows, expected: list[float]) -> None:
    assert [service.post("/predict", row).json()["probability"] for row in rows] == expected


def send(service: Service, kind: str, body: bytes, path: str = "/predict/batch") -> httpx.Response:
    answer = httpx.post(service.url + path, content=body, headers={"content-type": kind}, timeout=60)
    assert answer.headers["x-model-version"]
    assert answer.headers["x-request-id"]
    return answer


def test_a_batch_in_each_form_answers_as_the_library(service: Service, rows: Rows, expected: list[float]) -> None:
    wrong = [*rows[:20], {**rows[0], "Age": "young"}, *rows[20:]]
    array = send(service, "application/json", json.dumps(wrong).encode()).json()["predictions"]
    assert [item.get("probability") for item in array] == [*expected[:20], None, *expected[20:]]
    lines = send(service, "application/x-ndjson", "\n".join(map(json.dumps, wrong)).encode()).text.splitlines()
    assert [json.loads(line) for line in lines] == array
    table = list(csv.DictReader(io.StringIO(send(service, "text/csv", as_csv(wrong)).text)))
    assert [float(row["probability"] or "nan") for row in table] == pytest.approx(
        [*expected[:20], np.nan, *expected[20:]], rel=0, nan_ok=True
    )
    assert table[20]["error"] == "Age: Input should be a valid number"
    assert [row["PassengerId"] for row in table] == [str(number) for number in range(len(wrong))]
    arrow = send(service, "application/vnd.apache.arrow.stream", as_arrow(rows)).content
    batch = nanoarrow.Array(nanoarrow.ArrayStream.from_readable(arrow).read_all())
    names = [field.name for field in batch.schema.fields]
    assert names == ["PassengerId", "prediction", "probability", "set", "error"]
    assert batch.child(2).to_pylist() == expected
    sets = ["|".join(map(str, item["set"])) for item in array if "set" in item]
    assert batch.child(3).to_pylist() == sets == [row["set"] for row in table if not row["error"]]
    assert {"0", "1", "0|1"} == set(sets)


def test_a_table_with_the_target_is_compared(service: Service, rows: Rows) -> None:
    table = as_csv([{**row, "Survived": 1} for row in rows])
    refused = send(service, "text/csv", table, "/predict/batch?target=refuse")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "Survived")
    compared = send(service, "text/csv", table)
    predictions = [row["prediction"] for row in csv.DictReader(io.StringIO(compared.text))]
    share = predictions.count("1") / len(predictions)
    assert compared.headers["x-target-metric"] == "accuracy"
    assert float(compared.headers["x-target-value"]) == pytest.approx(share, abs=1e-5)
    unknown = send(service, "text/csv", table, "/predict/batch?target=maybe")
    assert (unknown.status_code, "target" in unknown.json()["detail"]) == (422, True)


def as_csv(rows: Rows) -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, ["PassengerId", *rows[0]])
    table.writeheader()
    table.writerows({"PassengerId": number, **row} for number, row in enumerate(rows))
    return text.getvalue().encode()


def as_arrow(rows: Rows) -> bytes:
    kinds = dict.fromkeys(rows[0], nanoarrow.string()) | {"Age": nanoarrow.float64(), "Fare": nanoarrow.float64()}
    kinds |= dict.fromkeys(WHOLE, nanoarrow.int64())
    schema, out = nanoarrow.struct(kinds), io.BytesIO()
    with StreamWriter.from_writable(out) as stream:
        for part in (rows[:7], rows[7:]):
            children = [nanoarrow.c_array([row[name] for row in part], kind) for name, kind in kinds.items()]
            stream.write_array(
                nanoarrow.c_array_from_buffers(schema, length=len(part), buffers=[None], children=children)
            )
    return out.getvalue()


def test_an_explanation_adds_up_to_the_raw_score(service: Service, rows: Rows, expected: list[float]) -> None:
    answer = service.post("/explain", rows[:5]).json()["rows"]
    for explained, probability in zip(answer, expected, strict=False):
        assert explained["base"] + sum(explained["contributions"].values()) == pytest.approx(explained["raw"], abs=1e-9)
        assert 1 / (1 + np.exp(-explained["raw"])) == pytest.approx(probability, abs=1e-9)
    assert service.post("/explain", rows[0]).json()["rows"][0]["raw"] == pytest.approx(answer[0]["raw"], abs=1e-9)
    bad = service.post("/explain", {**rows[0], "Sex": "x"})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "Sex")


def test_mlflows_protocol_answers_as_the_library(service: Service, rows: Rows, expected: list[float]) -> None:
    for name, (kind, body) in bodies(rows).items():
        if name in ("split", "records", "instances", "inputs", "csv"):
            answer = send(service, kind, body, "/invocations").json()["predictions"]
            assert [item["probability"] for item in answer] == expected, name


def test_each_example_of_the_documentation_works_as_it_stands(service: Service) -> None:
    document = service.get("/openapi.json").json()
    asked = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            url = service.url + path
            for parameter in operation.get("parameters", []):
                example = next(iter(parameter["examples"].values()))
                url = url.replace(f"{{{parameter['name']}}}", example["value"])
            bodies = operation.get("requestBody", {"content": {"": {"example": ""}}})["content"]
            for kind, described in bodies.items():
                if "example" not in described:
                    continue
                example = described["example"]
                body = example if isinstance(example, str) else json.dumps(example)
                headers = {"content-type": kind} if kind else {}
                answer = httpx.request(method, url, content=body or None, headers=headers, timeout=30)
                assert answer.status_code == 200, (path, answer.text)
                asked += 1
    assert asked >= 20
    page = service.get("/docs").text
    assert "http://" not in page
    assert "https://" not in page


def test_each_refusal_is_one_that_the_documentation_names(service: Service) -> None:
    document, statuses = service.get("/openapi.json").json(), set()
    wrong: list[tuple[dict[str, str], bytes]] = [
        ({}, b""),
        ({"content-type": "application/json"}, b"{}"),
        ({"content-type": "text/csv"}, b"{}"),
        ({"content-type": "text/xml"}, b"<a/>"),
    ]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for headers, body in wrong if "requestBody" in operation else [({}, b"")]:
                for name in ("titanic", "another") if "{name}" in path else ("",):
                    url = service.url + path.replace("{name}", name)
                    answer = httpx.request(method, url, content=body, headers=headers, timeout=30)
                    declared = operation["responses"].get(str(answer.status_code))
                    assert declared, (method, path, headers, body, answer.status_code, answer.text)
                    assert answer.headers["content-type"].split(";")[0] in declared["content"], (path, answer.headers)
                    statuses.add(answer.status_code)
        answer = httpx.request("DELETE", service.url + path.replace("{name}", "titanic"), timeout=30)
        assert (answer.status_code, path) == (405, path)
        assert answer.headers["allow"]
    assert statuses == {200, 400, 404, 415, 422}


def test_server_timing_has_every_part(service: Service, rows: Rows) -> None:
    answer = service.post("/predict", rows[0])
    parts = [part.split(";")[0] for part in answer.headers["server-timing"].split(", ")]
    assert parts == ["parse", "validate", "queue", "predict", "write"]
    named = httpx.post(service.url + "/predict", json=rows[0], headers={"x-request-id": "from-the-client"})
    assert named.headers["x-request-id"] == "from-the-client"
