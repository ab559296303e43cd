"""The Open Inference Protocol v2 over HTTP, with Triton's extension for binary tensors, which its clients use.

https://github.com/kserve/open-inference-protocol : a tensor of shape [n] or [n, 1] for each column of the contract. A
missing value is null, NaN, or an empty string.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any, BinaryIO, Literal

import orjson
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from core.spec.columns import Boolean, Category, Feature, Integer, Number, Value
from service.batch.read import check_header
from service.batch.sample import Sample
from service.batch.score import all_or_none, answers, blocks_of
from service.batch.target import TargetColumn
from service.batch.v2_tensors import DATATYPES, Binary, Listed, Output, Tensor, encoded
from service.json_text import JsonError, JsonStream
from service.model.answers import ABSTAIN, DECISION
from service.model.live import Live
from service.problems import Problem, explain, invalid, mistake, refused, shown, unreadable

PLATFORM = "catboost"
MOST_ID = 1000  # characters of the id that comes back
IN_MEMORY = 2**20  # bytes of an output


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
    promises = live.answers.guarantee is not None
    if target.task == "regression":
        interval: dict[str, tuple[str, list[int]]] = {"interval": ("FP64", [-1, 2])} if promises else {}
        return {"prediction": ("FP64", [-1]), **interval}
    sets: dict[str, tuple[str, list[int]]] = {"set": ("BYTES", [-1])} if promises else {}
    sets |= {ABSTAIN: ("BOOL", [-1])} if live.answers.abstains else {}
    kind = "INT64" if _whole(target.values) else "BYTES"
    first = {"prediction": (kind, [-1])}
    sets |= {DECISION: (kind, [-1])} if live.answers.rule else {}
    if target.task == "binary":
        return {**first, "probability": ("FP64", [-1]), **sets}
    return {**first, "probabilities": ("FP64", [-1, len(target.values)]), **sets}


class _Parameters(BaseModel):
    binary_data_size: int | None = Field(default=None, ge=0, strict=True)
    binary_data: bool | None = None
    binary_data_output: bool = False


class _Named(BaseModel):
    name: str
    parameters: _Parameters | None = None


def _is_column(shape: list[int]) -> list[int]:
    if any(size != 1 for size in shape[1:]):
        raise ValueError("must be [n] or [n, 1]")
    return shape


class _Input(_Named):
    datatype: Literal[DATATYPES]  # type: ignore[valid-type]
    shape: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1), AfterValidator(_is_column)]


class _Request(BaseModel):
    """What is asked beside the inputs."""

    id: Annotated[str, Field(max_length=MOST_ID)] | None = None
    parameters: _Parameters | None = None
    outputs: list[_Named] | None = None


def run(live: Live, order: dict[str, Any], body: BinaryIO, out: BinaryIO, sample: Sample) -> dict[str, Any]:
    """POST /v2/models/NAME/infer. `order["header"]`: length of the JSON part where binary tensors follow it.

    Raises Problem: 400 where the body is not of the protocol, 422 where a row is wrong, 413.
    """
    content = body.read()
    try:
        asked, tensors = _read(live, content, order["header"] or len(content))
        outputs = _outputs_to_give(asked, live)
        names = [tensor.name for tensor in tensors]
        if len({tensor.length for tensor in tensors}) > 1:
            lengths = ", ".join(f"{tensor.name} {tensor.length}" for tensor in tensors)
            raise Problem(400, f"inputs: must be of one length: {lengths}")
        columns = zip(*(tensor.cells() for tensor in tensors), strict=True)
        rows = (dict(zip(names, cells, strict=True)) for cells in columns)
        parts = all_or_none(live, blocks_of(rows, is_loose=True), order["most"])
        chunks = (answers(live, part, sample) for part in parts)
        return _write(live, asked, outputs, chunks, out)
    except JsonError as error:
        raise unreadable(error, 400) from None
    except ValidationError as error:
        raise invalid(error, (), 400) from None


def _read(live: Live, content: bytes, header: int) -> tuple[_Request, list[Tensor]]:
    """The request and its tensors. Raises Problem (400), JsonError, ValidationError."""
    if header > len(content):
        raise Problem(400, f"Inference-Header-Content-Length says {header}, the body has {len(content)} bytes")
    text = content[:header]  # a copy only where binary tensors follow
    stream, asked, inputs = JsonStream.at(text, 0), {}, None
    if stream.sign() != "{":
        raise Problem(400, "the body must be a JSON object with inputs")
    for name in stream.members():
        if name == "inputs":
            allowed = {*live.rows.names, *live.rows.aside}
            inputs = list(islice(_inputs(stream, text), len(allowed) + 1))
            names = [tensor.name for tensor, _ in inputs]  # one more than there are columns has a mistake, too
            if names:
                check_header(names, live.rows, TargetColumn(live.answers.target, "refuse"), allowed)
        else:
            asked[name] = stream.value()
    stream.end()
    if not inputs:
        raise Problem(400, "inputs: must be a list of tensors, one for each column of GET /contract")
    tensors, at = [], header
    for tensor, listed in inputs:
        size = tensor.parameters.binary_data_size if tensor.parameters else None
        column: Tensor | None = listed
        if size is not None:
            column = Binary(tensor.name, tensor.datatype, memoryview(content)[at : at + size], size)
            at += size
        if column is None:
            raise refused([mistake(f"{tensor.name}.data", "must be a list", "nothing")], 400)
        if column.length != tensor.shape[0]:
            reason = f"shape says {tensor.shape[0]} values, there are {column.length}"
            raise refused([mistake(tensor.name, reason, "tensor")], 400)
        tensors.append(column)
    return _Request.model_validate(asked), tensors


def _inputs(stream: JsonStream, text: bytes) -> Iterator[tuple[_Input, Listed | None]]:
    """Each tensor as it is described, and its data if they are JSON."""
    if stream.sign() != "[":
        raise Problem(400, f"inputs: must be a list of tensors, not {type(stream.value()).__name__}")
    for number, _ in enumerate(stream.each()):
        place = f"inputs.{number}"
        if stream.sign() != "{":
            raise refused([mistake(place, "must be an object", type(stream.value()).__name__)], 400)
        described: dict[str, Any] = {}
        data: tuple[int, int] | None = None
        for name in stream.members():
            if name != "data":
                described[name] = stream.value()
            elif stream.sign() == "[":
                data = (stream.tell(), stream.length(f"{place}.data"))
            else:
                raise refused([mistake(f"{place}.data", "must be a list", type(stream.value()).__name__)], 400)
        try:
            tensor = _Input.model_validate(described)
        except ValidationError as error:
            errors = [{**wrong, "field": f"{place}.{wrong['field']}"} for wrong in explain(error, ())]
            raise refused(errors, 400) from None
        yield tensor, Listed(tensor.name, text, *data) if data else None


def _write(
    live: Live, asked: _Request, outputs: list[Output], chunks: Iterable[list[dict[str, Any]]], out: BinaryIO
) -> dict[str, Any]:
    """The answer, output by output; until all rows are there, each output waits in a file of its own."""
    with ExitStack() as files:
        waiting = [files.enter_context(SpooledTemporaryFile(IN_MEMORY)) for _ in outputs]
        rows = 0
        for answered in chunks:
            for output, file in zip(outputs, waiting, strict=True):
                file.write(b"," if rows and not output.is_binary else b"")
                file.write(encoded(output.kind, output.cells(answered), output.is_binary))
            rows += len(answered)
        about = {"model_name": live.serving.name, "model_version": live.version}
        identity = {"id": asked.id} if "id" in asked.model_fields_set else {}
        out.write(orjson.dumps({**about, **identity})[:-1] + b',"outputs":[')
        for number, (output, file) in enumerate(zip(outputs, waiting, strict=True)):
            tensor: dict[str, Any] = {"name": output.name, "datatype": output.kind, "shape": [rows, *output.width]}
            if output.is_binary:
                tensor["parameters"] = {"binary_data_size": file.tell()}
            out.write(b"," * bool(number) + orjson.dumps(tensor)[:-1])
            if not output.is_binary:
                out.write(b',"data":[')
                _copy(file, out)
                out.write(b"]")
            out.write(b"}")
        out.write(b"]}")
        head = out.tell()
        for output, file in zip(outputs, waiting, strict=True):
            if output.is_binary:
                _copy(file, out)
    if not any(output.is_binary for output in outputs) or not rows:
        return {"type": "application/json"}
    return {"type": "application/octet-stream", "headers": {"inference-header-content-length": str(head)}}


def _copy(file: IO[bytes], out: BinaryIO) -> None:
    file.seek(0)
    shutil.copyfileobj(file, out)


def _outputs_to_give(asked: _Request, live: Live) -> list[Output]:
    """The outputs to give, as they are asked for. Raises Problem (400)."""
    known_outputs = _outputs(live)
    all_binary = bool(asked.parameters and asked.parameters.binary_data_output)
    wishes = asked.outputs or [_Named(name=name) for name in known_outputs]
    if unknown := [shown(wish.name) for wish in wishes if wish.name not in known_outputs]:
        raise Problem(400, f"outputs: there is no {', '.join(unknown[:9])}; there are {', '.join(known_outputs)}")
    if len({wish.name for wish in wishes}) < len(wishes):
        raise Problem(400, "outputs: a name is there twice")
    outputs = []
    for wish in wishes:
        is_binary = wish.parameters.binary_data if wish.parameters else None
        kind, shape = known_outputs[wish.name]
        outputs.append(Output(wish.name, kind, tuple(shape[1:]), all_binary if is_binary is None else is_binary))
    return outputs
