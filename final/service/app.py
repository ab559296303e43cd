"""The prediction service of one product, made from its contract."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from service import mlflow_protocol, v2_protocol
from service.batch import FORMS
from service.front import ClientGoneError, Front, too_long
from service.live import Live
from service.openapi import document
from service.problems import Problem, busy
from service.settings import Settings
from service.state import Server

PAGE = Path(__file__).with_name("docs.html")


def json(value: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), media_type="application/json", headers=headers)


async def pieces(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body as it comes. Raises Problem (413) as soon as it is longer than `most`."""
    if int(request.headers.get("content-length", 0)) > most:
        raise too_long(most)
    length = 0
    try:
        async for piece in request.stream():
            length += len(piece)
            if length > most:
                raise too_long(most)
            yield piece
    except ClientDisconnect:
        raise ClientGoneError from None


class Routes:
    """Every path but POST /predict, which `front` answers."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def _job(self, request: Request, job: dict[str, Any], most: int) -> Response:
        """Have the batch process answer this request. Raises Problem."""
        server, settings = self._server, self._server.settings
        live, process = server.live, server.batches
        if live.model is None or process is None:
            raise busy(503, live.serving.problem, seconds=5)
        if server.running >= settings.max_batches:
            raise busy(429, f"{settings.max_batches} batches and explanations are under way; ask again later", 5)
        server.running += 1
        server.metrics.batches.inc()

        def ended() -> None:
            server.running -= 1
            server.metrics.batches.dec()

        until = asyncio.get_running_loop().time() + settings.batch_seconds
        try:
            async with asyncio.timeout_at(until):
                reply = await process.run(job, pieces(request, most))
        except TimeoutError:
            ended()
            raise busy(503, f"it took longer than {settings.batch_seconds:g} s; send fewer rows", 5) from None
        except BaseException:
            ended()
            raise
        server.metrics.count(reply.tally)

        async def answer() -> AsyncIterator[bytes]:
            try:
                async for piece in reply.pieces:
                    yield piece
            finally:
                ended()

        headers = {**reply.headers, "content-length": str(reply.length), "x-model-version": live.version}
        return StreamingResponse(answer(), media_type=reply.type, headers=headers)

    async def batch(self, request: Request) -> Response:
        form = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if form not in FORMS:
            raise Problem(415, f"content type {form!r}; a batch is one of {', '.join(FORMS)}")
        settings = self._server.settings
        job = {"job": "batch", "form": form, "most": settings.max_batch_rows}
        return await self._job(request, job, settings.max_batch_bytes)

    async def explain(self, request: Request) -> Response:
        kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Problem(415, f"content type {kind!r}; rows to explain are sent as application/json")
        settings = self._server.settings
        return await self._job(request, {"job": "explain", "most": settings.max_explain_rows}, settings.max_body_bytes)

    async def invocations(self, request: Request) -> Response:
        settings = self._server.settings
        job = {"job": "mlflow", "type": request.headers.get("content-type", ""), "most": settings.max_batch_rows}
        return await self._job(request, job, settings.max_body_bytes)

    async def infer(self, request: Request) -> Response:
        self._named(request)
        settings = self._server.settings
        try:
            header = int(request.headers.get("inference-header-content-length", 0))
        except ValueError:
            raise Problem(400, "Inference-Header-Content-Length must be a number") from None
        return await self._job(
            request, {"job": "v2", "header": header, "most": settings.max_batch_rows}, settings.max_body_bytes
        )

    def _named(self, request: Request) -> Live:
        live = self._server.live.named(request.path_params["name"])
        if request.path_params.get("version", live.version) != live.version:
            raise Problem(404, f"version {request.path_params['version']!r} is not served, {live.version!r} is")
        return live

    async def contract(self, request: Request) -> Response:
        return json(self._server.live.schema)

    async def model(self, request: Request) -> Response:
        live = self._server.live
        assert live.model
        return json({"model": live.version, **(live.serving.manifest or {})})

    async def healthz(self, request: Request) -> Response:
        return json({"status": "alive"})

    async def readyz(self, request: Request) -> Response:
        live = self._server.live
        assert live.model
        refused = {"refused": self._server.refused} if self._server.refused else {}
        return json({"status": "ready", "model": live.version, **refused})

    async def ping(self, request: Request) -> Response:
        """MLflow's: a line feed, or 404 without a model."""
        ready = self._server.live.serving.model is not None
        return Response("\n", 200 if ready else 404, media_type="application/json")

    async def version(self, request: Request) -> Response:
        return Response(mlflow_protocol.VERSION, media_type="application/json")

    async def metrics(self, request: Request) -> Response:
        return Response(self._server.metrics.text(), headers={"content-type": CONTENT_TYPE_LATEST})

    async def v2_server(self, request: Request) -> Response:
        return json({"name": "mlops-practices", "version": "1", "extensions": ["binary_tensor_data"]})

    async def v2_live(self, request: Request) -> Response:
        return json({"live": True})

    async def v2_ready(self, request: Request) -> Response:
        assert self._server.live.model
        return json({"ready": True})

    async def v2_model(self, request: Request) -> Response:
        return json(v2_protocol.metadata(self._named(request)))

    async def v2_model_ready(self, request: Request) -> Response:
        live = self._named(request)
        assert live.model
        return json({"name": live.serving.name, "ready": True})

    async def openapi(self, request: Request) -> Response:
        return json(document(self._server.live, self._server.settings))

    async def docs(self, request: Request) -> Response:
        return Response(
            PAGE.read_bytes(),
            media_type="text/html",
            headers={"content-security-policy": "default-src 'self' 'unsafe-inline'; frame-ancestors 'none'"},
        )

    def all(self) -> list[Route]:
        post, get = ["POST"], ["GET"]
        model = "/v2/models/{name}"
        return [
            Route("/predict/batch", self.batch, methods=post),
            Route("/explain", self.explain, methods=post),
            Route("/contract", self.contract, methods=get),
            Route("/model", self.model, methods=get),
            Route("/healthz", self.healthz, methods=get),
            Route("/readyz", self.readyz, methods=get),
            Route("/metrics", self.metrics, methods=get),
            Route("/docs", self.docs, methods=get),
            Route("/openapi.json", self.openapi, methods=get),
            Route("/invocations", self.invocations, methods=post),
            Route("/ping", self.ping, methods=get),
            Route("/health", self.ping, methods=get),
            Route("/version", self.version, methods=get),
            Route("/v2", self.v2_server, methods=get),
            Route("/v2/health/live", self.v2_live, methods=get),
            Route("/v2/health/ready", self.v2_ready, methods=get),
            Route(model, self.v2_model, methods=get),
            Route(f"{model}/ready", self.v2_model_ready, methods=get),
            Route(f"{model}/infer", self.infer, methods=post),
            Route(f"{model}/versions/{{version}}", self.v2_model, methods=get),
            Route(f"{model}/versions/{{version}}/ready", self.v2_model_ready, methods=get),
            Route(f"{model}/versions/{{version}}/infer", self.infer, methods=post),
        ]


def create_app(server: Server) -> ASGIApp:
    """The app; where the model could not be verified it runs, says why, and predicts nothing."""
    routes = Routes(server).all()
    known = {"/predict", *(route.path for route in routes)}

    @asynccontextmanager
    async def lifespan(app: object) -> AsyncIterator[None]:
        server.start()
        watching = asyncio.create_task(server.watch())
        yield
        watching.cancel()
        server.stop()

    async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if scope["path"] == "/predict":  # by another method; `front` has what is posted
                raise Problem(405, "a row is sent by POST", headers={"allow": "POST"})
            raise Problem(404, f"nothing is at {scope['path']}; GET /docs lists what there is")

    app = Router(routes, redirect_slashes=False, default=nothing, lifespan=lifespan)

    def counted(path: str) -> str:
        return path if path in known else "/v2/models" if path.startswith("/v2/models/") else "other"

    return Front(app, server, counted)


def from_environment() -> ASGIApp:
    """The app of one worker process. Raises UserError."""
    return create_app(Server(Settings()))
