"""MLflow's scoring protocol: what its clients send to /invocations, answered and refused as its own server does.

https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally : text/csv, or JSON with exactly one of
dataframe_split, dataframe_records, instances, inputs. Errors are {"error_code", "message"} with status 400.
"""

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

import orjson

from service.batch import whole
from service.batch_read import csv_table
from service.live import Live
from service.problems import LACKS, Problem

VERSION = "3.17.2"  # whose server is spoken after; the tests compare with it
TYPES = ("text/csv", "application/json")
FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs")


def run(live: Live, said: dict[str, Any], body: BinaryIO, out: BinaryIO) -> dict[str, Any]:
    """Predict the rows of the body. Raises Problem: 400 where it has no known form, 422 where a row is wrong, 415."""
    kind, _, parameters = said["type"].partition(";")
    charset = parameters.replace(" ", "").lower()
    if kind.strip() not in TYPES or charset not in ("", "charset=utf-8"):
        raise Problem(415, f"content type {said['type']!r} is not supported; these are: {', '.join(TYPES)}, in UTF-8")
    rows = (
        [row for _, row in csv_table(body, live.rows)] if kind.strip() == "text/csv" else from_json(live, body.read())
    )
    answers = whole(live, [live.rows.loose(row) if isinstance(row, Mapping) else row for row in rows], said["most"])
    out.write(orjson.dumps({"predictions": answers}))
    return {"type": "application/json"}


def from_json(live: Live, body: bytes) -> list[Any]:
    """The rows of a JSON body, as objects. Raises Problem (400)."""
    try:
        given = json.loads(body)  # which takes NaN, as MLflow's server does
    except ValueError:
        raise Problem(400, "Invalid input. Not JSON") from None
    if not isinstance(given, dict) or len(found := [form for form in FORMS if form in given]) != 1:
        raise Problem(400, f"Invalid input. It must be a JSON object with exactly one of {', '.join(FORMS)}")
    data = given[found[0]]
    if found[0] == "dataframe_split":
        if not isinstance(data, dict) or "data" not in data or data.keys() - {"columns", "data", "index"}:
            raise Problem(400, "Invalid input. dataframe_split must have data, and may have columns and index")
        return named(data.get("columns") or live.rows.names, data["data"])
    if found[0] == "dataframe_records" and not isinstance(data, list):
        raise Problem(400, f"Invalid input. dataframe_records must be a list of records, not {type(data).__name__}")
    if isinstance(data, dict):
        return transposed(data)
    if isinstance(data, list) and any(isinstance(row, list) for row in data):
        return named(live.rows.names, data)
    if not isinstance(data, list):
        raise Problem(400, f"Invalid input. {found[0]} must be a list of rows, or an object of columns")
    return data


def named(columns: Any, data: Any) -> list[dict[str, Any]]:
    """Lists of cells as rows. Raises Problem (400) where they are not as long as the columns are many."""
    if not isinstance(data, list) or not isinstance(columns, list):
        raise Problem(400, "Invalid input. columns and data must be lists")
    for number, cells in enumerate(data):
        if not isinstance(cells, list) or len(cells) != len(columns):
            raise Problem(400, f"Invalid input. Row {number} must be a list of {len(columns)} cells")
    return [dict(zip(map(str, columns), cells, strict=True)) for cells in data]


def transposed(columns: dict[str, Any]) -> list[dict[str, Any]]:
    """Columns as rows; cells that are no lists are one row. Raises Problem (400)."""
    if not any(isinstance(column, list) for column in columns.values()):
        return [columns]
    lengths = {len(column) if isinstance(column, list) else -1 for column in columns.values()}
    if len(lengths) != 1:
        raise Problem(400, "Invalid input. The columns must be lists of one length")
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def error(problem: Problem) -> tuple[int, str, bytes]:
    """Status, content type and body of a refusal, in MLflow's shape."""
    if problem.status == 415:
        return 415, "text/plain; charset=utf-8", problem.detail.encode()
    codes = {401: "UNAUTHENTICATED", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL_ERROR"}
    if any(one["reason"] == LACKS for one in problem.errors):
        codes[problem.status] = "INVALID_PARAMETER_VALUE"  # a column that is not there; a wrong cell is a bad request
    code = codes.get(problem.status, "TEMPORARILY_UNAVAILABLE" if problem.status == 503 else "BAD_REQUEST")
    body = orjson.dumps({"error_code": code, "message": problem.detail})
    return 400 if problem.status == 422 else problem.status, "application/json", body
