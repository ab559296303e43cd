"""What the service says of itself: contract, model, health, metrics."""

from typing import Any, Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from service.routes.documented import refusals
from service.state import Server


class Alive(BaseModel):
    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """`refused`: why a newer champion was not taken into service."""

    status: Literal["ready"] = "ready"
    model: str
    refused: str | None = None


def router(server: Server) -> APIRouter:
    """What needs the API key, if one is set."""
    api = APIRouter(tags=["Service"])

    @api.get("/contract", summary="JSON schema of one row; x-target says what is predicted")
    async def contract() -> dict[str, Any]:
        return server.live.schema

    @api.get("/model", summary="Manifest of the served model", responses=refusals(503))
    async def model() -> dict[str, Any]:
        live = server.live
        live.require_model()
        return {"model": live.version, **(live.serving.manifest or {})}

    @api.get(
        "/metrics",
        summary="Counters for Prometheus",
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def metrics() -> Response:
        return Response(server.metrics.text(), headers={"content-type": CONTENT_TYPE_LATEST})

    return api


def probes(server: Server) -> APIRouter:
    """What a probe asks, always without a key."""
    api = APIRouter(tags=["Service"])

    @api.get("/healthz", summary="The process runs")
    async def healthz() -> Alive:
        return Alive()

    @api.get(
        "/readyz",
        summary="The model is verified and answers",
        response_model_exclude_none=True,
        responses=refusals(503),
    )
    async def readyz() -> Ready:
        live = server.live
        live.require_model()
        return Ready(model=live.version, refused=server.refused or None)

    return api
