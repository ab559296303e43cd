"""The Open Inference Protocol v2."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel

from service.batch import v2
from service.batch.score import JSON
from service.model.live import Live
from service.problems import Problem
from service.routes.documented import Models, body, refusals
from service.routes.jobs import done_by_the_batch_process, place_for_a_job
from service.state import Server

PREFIX = "/v2"
MOST_DIGITS = 15  # of the length of a body
KINDS = dict.fromkeys((400, 401, 404, 408, 413, 415, 429, 503), JSON)


class ServerMetadata(BaseModel):
    name: str = "mlops-practices"
    version: str = "1"
    extensions: list[str] = ["binary_tensor_data"]


class ServerLive(BaseModel):
    live: bool = True


class ServerReady(BaseModel):
    ready: bool = True


class ModelReady(ServerReady):
    name: str


def router(server: Server, live: Live, models: Models) -> APIRouter:
    """What needs the API key, if one is set. `live` gives the examples; the server's own model answers."""
    settings = server.settings
    api = APIRouter(prefix=PREFIX, tags=["Open Inference Protocol"])
    serving = live.serving
    name_type = Annotated[str, Path(openapi_examples={"served": {"value": serving.name}})]
    version_type = Annotated[str, Path(openapi_examples={"served": {"value": live.version or "none"}})]
    paths = ("/models/{name}", "/models/{name}/versions/{version}")

    def named(name: name_type) -> Live:
        """The model that answers to this name. Raises Problem (404)."""
        return server.live.named(name)

    def named_version(name: name_type, version: version_type) -> Live:
        """The same, of this version."""
        now = named(name)
        if version != now.version:
            raise Problem(404, f"version {version!r} is not served, {now.version!r} is")
        return now

    @api.get("", summary="Name and extensions of this server")
    async def server_metadata() -> ServerMetadata:
        return ServerMetadata()

    tensors = [
        {"name": name, "datatype": v2.datatype(feature), "shape": [1], "data": [models.example[name]]}
        for name, feature in serving.contract.features.items()
    ]
    example = {JSON: {"schema": {"type": "object"}, "example": {"inputs": tensors}}}

    def add(path: str, model: Any) -> None:
        @api.get(path, summary="The model's inputs and outputs", responses=refusals(404, kinds=KINDS))
        async def model_metadata(now: Annotated[Live, Depends(model)]) -> dict[str, Any]:
            return v2.metadata(now)

        @api.get(f"{path}/ready", summary="The model answers", responses=refusals(404, 503, kinds=KINDS))
        async def model_ready(now: Annotated[Live, Depends(model)]) -> ModelReady:
            now.require_model()
            return ModelReady(name=now.serving.name)

        @api.post(
            f"{path}/infer",
            summary="Predict rows",
            dependencies=[Depends(model), Depends(place_for_a_job(server))],
            responses=refusals(400, 404, 408, 413, 415, 429, 503, kinds=KINDS),
            openapi_extra=body(**example),
        )
        async def infer(request: Request) -> Response:
            header = request.headers.get("inference-header-content-length", "0")
            if not header.isdecimal() or len(header) > MOST_DIGITS:
                raise Problem(400, "Inference-Header-Content-Length must be a number")
            job = {"job": "v2", "header": int(header), "most": settings.max_batch_rows}
            return await done_by_the_batch_process(server, request, job, settings.max_body_bytes)

    for path, model in zip(paths, (named, named_version), strict=True):
        add(path, model)
    return api


def probes(server: Server) -> APIRouter:
    """What a probe asks, always without a key."""
    api = APIRouter(prefix=f"{PREFIX}/health", tags=["Open Inference Protocol"])

    @api.get("/live", summary="The process runs")
    async def server_live() -> ServerLive:
        return ServerLive()

    @api.get("/ready", summary="The model is verified", responses=refusals(503, kinds=KINDS))
    async def server_ready() -> ServerReady:
        server.live.require_model()
        return ServerReady()

    return api


def refused(problem: Problem) -> tuple[int, str, bytes]:
    """Status, content type and body of a refusal, in the protocol's shape."""
    status = 400 if problem.status == 422 else problem.status
    return status, JSON, orjson.dumps({"error": problem.detail})
