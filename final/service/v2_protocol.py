"""The Open Inference Protocol v2 over HTTP, with Triton's extension for binary tensors, which its clients use.

https://github.com/kserve/open-inference-protocol : a tensor of shape [n] or [n, 1] for each column of the contract. A
missing value is null, NaN, or an empty string.
"""

import json
from typing import Any, BinaryIO

import numpy as np
import orjson

from product.columns import Boolean, Category, Feature, Integer, Number, Value
from service.batch import whole
from service.live import Live
from service.problems import Problem
from service.v2_tensors import decode, encode

PLATFORM = "catboost"


def metadata(live: Live) -> dict[str, Any]:
    """GET /v2/models/NAME."""
    features = live.serving.contract.features
    inputs = [{"name": name, "datatype": datatype(feature), "shape": [-1]} for name, feature in features.items()]
    outputs = [{"name": name, "datatype": kind, "shape": shape} for name, (kind, shape) in _outputs(live).items()]
    version = [live.version] if live.version else []
    return {"name": live.serving.name, "versions": version, "platform": PLATFORM, "inputs": inputs, "outputs": outputs}


def datatype(feature: Feature) -> str:
    match feature:
        case Number():
            return "FP64"
        case Integer():
            return "FP64" if feature.nullable else "INT64"
        case Boolean():
            return "BYTES" if feature.nullable else "BOOL"
        case Category() if _whole(feature.values) and not feature.nullable:
            return "INT64"
    return "BYTES"


def _whole(values: tuple[Value, ...]) -> bool:
    return bool(values) and all(type(value) is int for value in values)


def _outputs(live: Live) -> dict[str, tuple[str, list[int]]]:
    target = live.answers.target
    if target.task == "regression":
        return {"prediction": ("FP64", [-1])}
    first = {"prediction": ("INT64" if _whole(target.values) else "BYTES", [-1])}
    if target.task == "binary":
        return {**first, "probability": ("FP64", [-1])}
    return {**first, "probabilities": ("FP64", [-1, len(target.values)])}


def run(live: Live, said: dict[str, Any], body: BinaryIO, out: BinaryIO) -> dict[str, Any]:
    """POST /v2/models/NAME/infer. `said["header"]`: length of the JSON part where binary tensors follow it."""
    text, header = body.read(), said["header"]
    try:
        asked = json.loads(text[:header] if header else text)  # which takes NaN, as clients write it
        inputs = [(str(one["name"]), one) for one in asked["inputs"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Problem(400, f"must be JSON with inputs, each with a name: {error}") from None
    columns, at = {}, header or len(text)
    for name, tensor in inputs:
        columns[name], at = decode(name, tensor, text, at)
    if len({len(column) for column in columns.values()}) > 1:
        raise Problem(400, "inputs must be of one length: " + ", ".join(f"{n} {len(c)}" for n, c in columns.items()))
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    answers = whole(live, [live.rows.loose(row) for row in rows], said["most"])
    tensors, binary = [], b""
    for name, wants_binary in _wanted(asked, live):
        kind, shape = _outputs(live)[name]
        cells = [list(a[name].values()) if name == "probabilities" else a[name] for a in answers]
        tensor, raw = encode(name, kind, [len(answers), *shape[1:]], np.array(cells, dtype=object), wants_binary)
        tensors.append(tensor)
        binary += raw
    given = {"id": asked["id"]} if "id" in asked else {}
    head = orjson.dumps({"model_name": live.serving.name, "model_version": live.version, **given, "outputs": tensors})
    out.write(head + binary)
    if not binary:
        return {"type": "application/json"}
    return {"type": "application/octet-stream", "headers": {"inference-header-content-length": str(len(head))}}


def _wanted(asked: dict[str, Any], live: Live) -> list[tuple[str, bool]]:
    """The outputs to give, and whether as binary."""
    known = _outputs(live)
    everything = bool((asked.get("parameters") or {}).get("binary_data_output"))
    wanted = asked.get("outputs") or [{"name": name} for name in known]
    if unknown := [str(one.get("name")) for one in wanted if one.get("name") not in known]:
        raise Problem(400, f"there is no output {', '.join(unknown)}; there are {', '.join(known)}")
    return [(one["name"], bool((one.get("parameters") or {}).get("binary_data", everything))) for one in wanted]


def error(problem: Problem) -> tuple[int, str, bytes]:
    """Status, content type and body of a refusal, in the protocol's shape."""
    status = 400 if problem.status == 422 else problem.status
    return status, "application/json", orjson.dumps({"error": problem.detail})
