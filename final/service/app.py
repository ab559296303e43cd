"""The prediction service of one product as a FastAPI application, made from its contract."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import APIRouter, Depends, FastAPI, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette._utils import get_route_path
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles
from uvicorn.config import STARTUP_FAILURE

from core.base.errors import UserError
from service.observe import Observed
from service.problems import Problem
from service.routes import about, batch, mlflow, predict, v2
from service.routes.documented import Models, ProblemBody, refusals
from service.settings import Settings, origins
from service.state import Server
from service.transport.fast_path import FastPath
from service.transport.head import HeadReader
from service.transport.row import Answer, content_encoding, refusal, unpacked

ASSETS = Path(fastapi_offline.__file__).with_name("static")  # Swagger UI, so that the page needs no other site
POLICY = "default-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


def create_app(server: Server) -> FastAPI:
    """The app; without a verified model it runs, says why, and predicts nothing."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        server.start()
        watching = asyncio.create_task(server.watch())
        yield
        watching.cancel()
        server.stop()

    app = Service(
        lifespan=lifespan,
        openapi_url=None,  # theirs would need no key
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        strict_content_type=False,
    )
    heads = HeadReader()
    app.state.fast_path = FastPath(server, heads, takes_rows=server.settings.fast_path)
    if server.settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins(server.settings.cors_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key", "X-Request-Id"],
            expose_headers=["Retry-After", "Server-Timing", "X-Model-Version", "X-Request-Id"],
        )
    app.add_middleware(Observed, server=server, heads=heads, refuse=refused)
    app.add_exception_handler(HTTPException, refuse)
    app.add_exception_handler(RequestValidationError, refuse)
    app.mount("/docs/assets", StaticFiles(directory=ASSETS))
    security = security_of(server)
    app.get("/docs", include_in_schema=False, dependencies=security)(docs)
    app.get("/openapi.json", include_in_schema=False, dependencies=security)(openapi)
    unchanging = list(app.router.routes)

    def use_routes() -> None:
        """The routes of the model that answers now: its contract is their request model."""
        app.router.routes[:] = unchanging
        app.include_router(routes(server))
        app.title = server.live.serving.title
        app.description = server.live.serving.description
        app.version = server.live.version[:12] or "none"
        app.openapi_schema = None

    server.on_new_model = use_routes
    return app


def routes(server: Server) -> APIRouter:
    """A router for each subject; what needs a key is behind the security dependency, if keys are set."""
    live = server.live
    models = Models(live)
    api = APIRouter()
    security = security_of(server)
    for part, kinds in (
        (predict.router(server, models), {}),
        (batch.router(server, models), {}),
        (about.router(server), {}),
        (mlflow.router(server, models), mlflow.KINDS),
        (v2.router(server, live, models), v2.KINDS),
    ):
        api.include_router(part, dependencies=security, responses=refusals(401, kinds=kinds) if security else {})
    if server.log is not None:
        from service.routes import feedback, watched  # not at import: they need pyarrow

        for part in (feedback.router(server, server.log.files), watched.router(server.log.watched)):
            api.include_router(part, dependencies=security, responses=refusals(401) if security else {})
    for subject in (about, mlflow, v2):
        api.include_router(subject.probes(server))
    return api


def security_of(server: Server) -> list[Any]:
    """The dependencies of what needs a key, if keys are set."""
    return [] if server.keys is None else [Depends(key_dependency(server))]


def key_dependency(server: Server) -> Callable[..., Awaitable[None]]:
    """Raises Problem (401) without a key that is known, sent in either of two headers."""
    header, bearer = APIKeyHeader(name="X-API-Key", auto_error=False), HTTPBearer(auto_error=False)

    async def authorised(request: Request, _key: Any = Security(header), _token: Any = Security(bearer)) -> None:
        server.authorise(request.scope["headers"])

    return authorised


def refused(path: str, problem: Problem) -> Answer:
    """The answer to a problem, in the shape that the clients of a path understand."""
    if path == mlflow.PATH:
        status, kind, body = mlflow.refused(problem)
    elif path.startswith(v2.PREFIX):
        status, kind, body = v2.refused(problem)
    else:
        return refusal(problem)
    return refusal(problem, status, kind, body)


async def refuse(request: Request, error: Exception) -> Response:
    """Exception handler: every error is a problem."""
    path = get_route_path(request.scope)
    if isinstance(error, Problem):
        problem = unpacked(error, content_encoding(request.scope["headers"]))
    elif isinstance(error, HTTPException):
        problem = Problem(error.status_code, _in_words(error, request.method, path), headers=error.headers)
    elif isinstance(error, RequestValidationError):
        problem = Problem(422, "; ".join(f"{mistake['loc'][-1]}: {mistake['msg']}" for mistake in error.errors()))
    else:
        raise error
    answer = refused(path, problem)
    response = Response(answer.body, answer.status)
    response.raw_headers = answer.headers
    return response


def _in_words(error: HTTPException, method: str, path: str) -> str:
    if error.status_code == 404:
        return f"nothing is at {path}; GET /docs lists what there is"
    if error.status_code == 405:
        return f"{method} is not for {path}; it takes {Headers(error.headers)['allow']}"
    return error.detail


async def docs(request: Request) -> Response:
    """Swagger UI, from this service alone, at whatever path a proxy shows it."""
    prefix = request.scope.get("root_path", "").rstrip("/")
    page = get_swagger_ui_html(
        openapi_url=f"{prefix}/openapi.json",
        title=request.app.title,
        swagger_js_url=f"{prefix}/docs/assets/swagger-ui-bundle.js",
        swagger_css_url=f"{prefix}/docs/assets/swagger-ui.css",
        swagger_favicon_url=f"{prefix}/docs/assets/favicon.png",
    )
    page.headers["content-security-policy"] = POLICY
    return page


async def openapi(request: Request) -> Response:
    """The document, with the path at which a proxy shows the service."""
    prefix = request.scope.get("root_path", "").rstrip("/")
    document = request.app.openapi()
    return JSONResponse({**document, "servers": [{"url": prefix}]} if prefix else document)


class Service(FastAPI):
    """FastAPI whose OpenAPI has our shape of a problem in place of its own, in which nothing is refused here."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema:
            return self.openapi_schema
        document = super().openapi()
        for operations in document["paths"].values():
            for operation in operations.values():
                if "HTTPValidationError" in str(operation["responses"].get("422")):
                    del operation["responses"]["422"]
        problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = document["components"]["schemas"]
        schemas |= problem.pop("$defs") | {"ProblemBody": problem}
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        return document


def from_environment() -> FastAPI:
    """The app of one worker process. A mistake ends it at once, in words, and so that it is not started for ever."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until it reads the keys again
    try:
        return create_app(Server(Settings()))
    except UserError as error:
        print(f"serve: {error}", file=sys.stderr)
    except Exception:
        logging.getLogger("service").exception("a worker could not start")
    sys.exit(STARTUP_FAILURE)
