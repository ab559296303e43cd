"""MLflow's scoring protocol: /invocations, /ping, /health, /version."""

from typing import Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from service.batch.mlflow import VERSION
from service.batch.score import CSV, JSON
from service.problems import MISSING_FIELD, Problem
from service.routes.documented import Models, body, refusals
from service.routes.jobs import done_by_the_batch_process, place_for_a_job
from service.state import Server

PATH = "/invocations"
CODES = {401: "UNAUTHENTICATED", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL_ERROR", 503: "TEMPORARILY_UNAVAILABLE"}
KINDS = dict.fromkeys((400, 401, 408, 413, 429, 503), JSON) | {415: "text/plain"}


def router(server: Server, models: Models) -> APIRouter:
    """What needs the API key, if one is set."""
    settings = server.settings
    api = APIRouter(tags=["MLflow"])
    split = {"columns": list(models.example), "data": [list(models.example.values())]}
    forms: dict[str, Any] = {
        JSON: {"schema": {"type": "object"}, "example": {"dataframe_split": split}},
        CSV: {"schema": {"type": "string"}, "example": models.csv},
    }

    @api.post(
        PATH,
        description="As MLflow's own server answers",
        summary="Predict rows: dataframe_split, dataframe_records, instances, inputs, or CSV",
        dependencies=[Depends(place_for_a_job(server))],
        responses=refusals(400, 408, 413, 415, 429, 503, kinds=KINDS),
        openapi_extra=body(**forms),
    )
    async def invocations(request: Request) -> Response:
        job = {"job": "mlflow", "type": request.headers.get("content-type", ""), "most": settings.max_batch_rows}
        return await done_by_the_batch_process(server, request, job, settings.max_body_bytes)

    return api


def probes(server: Server) -> APIRouter:
    """What a probe asks, always without a key."""
    api = APIRouter(tags=["MLflow"])

    @api.get("/health", summary="As /ping", responses=refusals(404, kinds={404: JSON}))
    @api.get("/ping", summary="The model answers", responses=refusals(404, kinds={404: JSON}))
    async def ping() -> Response:
        is_ready = server.live.serving.model is not None
        return Response("\n", 200 if is_ready else 404, media_type=JSON)

    @api.get("/version", summary="The version of MLflow whose protocol is spoken")
    async def version() -> Response:
        return Response(VERSION, media_type=JSON)

    return api


def refused(problem: Problem) -> tuple[int, str, bytes]:
    """Status, content type and body of a refusal, in MLflow's shape."""
    if problem.status == 415:
        return 415, "text/plain; charset=utf-8", problem.detail.encode()
    code = CODES.get(problem.status, "BAD_REQUEST")
    if any(error["reason"] == MISSING_FIELD for error in problem.errors):
        code = "INVALID_PARAMETER_VALUE"  # a column that is not there; a wrong cell is a bad request
    content = orjson.dumps({"error_code": code, "message": problem.detail})
    return 400 if problem.status == 422 else problem.status, JSON, content
