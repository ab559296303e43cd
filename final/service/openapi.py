"""The OpenAPI document: every path with an example that works as it stands, made from the contract and the settings."""

import csv
import io
from typing import Any

from product.contract import example_row, request_model
from service.batch import ARROW, CSV, JSON, NDJSON
from service.keys import OPEN
from service.live import Live
from service.settings import Settings
from service.v2_protocol import datatype

PROBLEM = "application/problem+json"
REF = "#/components/schemas/"
ANSWERED_WITHOUT_A_MODEL = {
    "/contract",
    "/healthz",
    "/metrics",
    "/ping",
    "/health",
    "/version",
    "/v2",
    "/v2/health/live",
}
Schema = dict[str, Any]


def document(live: Live, settings: Settings) -> dict[str, Any]:
    """OpenAPI 3.1 of the service as it is now, with the model that it has now."""
    paths: dict[str, Any] = {}
    for method, path, summary, body, answer in operations(live, settings):
        ok: Schema = {"description": "the answer", "content": answer}
        found: dict[str, Any] = {
            "summary": summary,
            "tags": [_tag(path)],
            "responses": {"200": ok, **_refusals(path, body, settings.api_keys_file is not None)},
        }
        if body:
            found["requestBody"] = {"required": True, "content": body}
        if "{name}" in path:
            found["parameters"] = [
                {
                    "name": "name",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string"},
                    "example": live.serving.name,
                }
            ]
        paths.setdefault(path, {})[method] = found
    key = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": live.serving.title,
            "description": live.serving.description,
            "version": live.version[:12] or "none",
        },
        "paths": paths,
        "components": {
            "schemas": schemas(live),
            **({"securitySchemes": {"key": key}} if settings.api_keys_file else {}),
        },
        **({"security": [{"key": []}]} if settings.api_keys_file else {}),
    }


def operations(live: Live, settings: Settings) -> list[tuple[str, str, str, Schema, Schema]]:
    """method, path, summary, request content, answer content."""
    row = example_row(live.serving.contract)
    names, cells = list(row), ["" if value is None else str(value) for value in row.values()]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, cells])
    rows = {"type": "array", "items": _ref("Row")}
    table: Schema = {CSV: {"schema": {"type": "string"}, "example": text.getvalue()}}
    batch: Schema = {
        JSON: {"schema": rows, "example": [row, row]},
        NDJSON: {"schema": {"type": "string"}},
        **table,
        ARROW: {"schema": {"type": "string", "format": "binary"}},
    }
    answers = {JSON: {"schema": _ref("Answers")}, NDJSON: {}, CSV: {}, ARROW: {}}
    tensors = [
        {"name": name, "datatype": datatype(feature), "shape": [1], "data": [row[name]]}
        for name, feature in live.serving.contract.features.items()
    ]
    split = {"dataframe_split": {"columns": names, "data": [list(row.values())]}}
    most, explained = f"{settings.max_batch_rows:,}", f"{settings.max_explain_rows:,}"
    infer = {JSON: {"schema": {"type": "object"}, "example": {"inputs": tensors}}}
    anything: Schema = {JSON: {"schema": {"type": "object"}}}
    plain: Schema = {"text/plain": {"schema": {"type": "string"}}}
    return [
        (
            "post",
            "/predict",
            "Predict one row",
            {JSON: {"schema": _ref("Row"), "example": row}},
            {JSON: {"schema": _ref("Answer")}},
        ),
        (
            "post",
            "/predict/batch",
            f"Predict up to {most} rows, answered in their form and order; a bad row has its own error",
            batch,
            answers,
        ),
        (
            "post",
            "/explain",
            f"What drove the prediction of a row, or of up to {explained}: SHAP values that add up to the raw score",
            {JSON: {"schema": {"anyOf": [_ref("Row"), rows]}, "example": row}},
            {JSON: {"schema": _ref("Explanations")}},
        ),
        ("get", "/contract", "JSON schema of one row; x-target says what is predicted", {}, anything),
        ("get", "/model", "Manifest of the served model", {}, anything),
        ("get", "/healthz", "The process runs", {}, anything),
        ("get", "/readyz", "The model is verified and answers", {}, anything),
        ("get", "/metrics", "Counters for Prometheus", {}, plain),
        (
            "post",
            "/invocations",
            "MLflow's scoring protocol: dataframe_split, dataframe_records, instances, inputs, or CSV",
            {JSON: {"schema": {"type": "object"}, "example": split}, **table},
            anything,
        ),
        ("get", "/ping", "MLflow's: the model answers", {}, {JSON: {}}),
        ("get", "/health", "MLflow's: as /ping", {}, {JSON: {}}),
        ("get", "/version", "MLflow's: the version whose protocol is spoken", {}, {JSON: {}}),
        ("get", "/v2", "Open Inference Protocol: this server", {}, anything),
        ("get", "/v2/health/live", "Open Inference Protocol: the process runs", {}, anything),
        ("get", "/v2/health/ready", "Open Inference Protocol: the model is verified", {}, anything),
        ("get", "/v2/models/{name}", "Open Inference Protocol: the model's inputs and outputs", {}, anything),
        ("get", "/v2/models/{name}/ready", "Open Inference Protocol: the model answers", {}, anything),
        ("post", "/v2/models/{name}/infer", "Open Inference Protocol: predict rows", infer, anything),
    ]


def schemas(live: Live) -> dict[str, Schema]:
    """Row as the contract has it, and what is answered by the target's task."""
    target = live.serving.contract.target
    share = {"type": "number", "minimum": 0, "maximum": 1}
    said: Schema = {"prediction": {"type": "number"} if target.task == "regression" else {"enum": list(target.values)}}
    if target.task == "binary":
        said["probability"] = {**share, "description": f"Probability that {target.name} is {target.positive}"}
    elif target.task == "multiclass":
        said["probabilities"] = _object({str(value): share for value in target.values})
    numbers = {"type": "object", "additionalProperties": {"type": "number"}}
    one = {**said, "base": {"type": "number"}, "contributions": numbers, "raw": {"type": "number"}}
    text, whole = {"type": "string"}, {"type": "integer"}
    error = _object({"field": text, "reason": text, "got": text})
    refused = _object({"errors": {"type": "array", "items": error}})
    predictions = {"type": "array", "items": {"anyOf": [_object(said), refused]}}
    return {
        "Row": request_model(live.serving.contract).model_json_schema(ref_template=REF + "{model}"),
        "Answer": _object({**said, "model": text}),
        "Answers": _object({"predictions": predictions, "model": text, "rows": whole, "invalid": whole}),
        "Explanations": _object({"rows": {"type": "array", "items": _object(one)}, "model": text}),
        "Problem": _object({"type": text, "title": text, "status": whole, "detail": text}, **refused["properties"]),
    }


def _object(properties: Schema, **optional: Schema) -> Schema:
    return {"type": "object", "properties": {**properties, **optional}, "required": list(properties)}


def _ref(name: str) -> Schema:
    return {"$ref": REF + name}


def _tag(path: str) -> str:
    if path.startswith("/v2"):
        return "Open Inference Protocol"
    return "MLflow" if path in ("/invocations", "/ping", "/health", "/version") else "Service"


def _refusals(path: str, body: Schema, keyed: bool) -> dict[str, Schema]:
    """The statuses that a client must be ready for, in the shape of the path's protocol."""
    tag, statuses = _tag(path), {}
    if keyed and path not in OPEN:
        statuses["401"] = "no API key that is known"
    if "{name}" in path or path in ("/ping", "/health"):
        statuses["404"] = "no such model"
    if path not in ANSWERED_WITHOUT_A_MODEL:
        statuses["503"] = "not ready, or too many ask"
    if body:
        statuses |= {"413": "too long", "415": "content type, or a packed body"}
        statuses["422" if tag == "Service" else "400"] = "not what the contract says"
        statuses |= {"408": "too slow"} if path == "/predict" else {"429": "too many batches"}
    kind, schema = (PROBLEM, _ref("Problem")) if tag == "Service" else (JSON, {"type": "object"})
    said: dict[str, Schema] = {
        status: {"description": words, "content": {kind: {"schema": schema}}}
        for status, words in sorted(statuses.items())
    }
    if path == "/invocations":
        said["415"]["content"] = {"text/plain": {"schema": {"type": "string"}}}
    return said
