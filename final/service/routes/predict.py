"""POST /predict: one row."""

from collections.abc import Callable, Coroutine
from time import perf_counter
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from service.body import whole
from service.routes.documented import Models, refusals
from service.state import Server
from service.transport.row import RowPredictor, Times


class RowRequest(Request):
    """A request for one row: key, content type and length are checked before its body is read, as on the fast path.

    FastAPI reads a body before it solves dependencies. Its JSON parser is not asked: `json` gives the row itself,
    which pydantic's core has validated from the bytes, and FastAPI takes an instance of the model as it is.
    """

    def __init__(self, request: Request, server: Server, predictor: RowPredictor) -> None:
        super().__init__(request.scope, request.receive)
        self._server, self._predictor = server, predictor

    async def body(self) -> bytes:
        settings = self._server.settings
        self._server.authorise(self.scope["headers"])
        content_type = self.headers.get("content-type", "").encode("latin-1")
        self._predictor.check_head(content_type, int(self.headers.get("content-length", 0)))
        content = await whole(self, settings.max_row_bytes, settings.request_seconds)
        received = perf_counter()
        self.state.row = self._predictor.validate(content)
        self.state.times = Times(self.scope["began"], received, perf_counter())
        return content

    async def json(self) -> BaseModel:
        row: BaseModel = self.state.row
        return row


def router(server: Server, models: Models) -> APIRouter:
    """The route for the contract of the model that answers now."""
    predictor = server.predictor

    class RowRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handle_row(request: Request) -> Response:
                return await handle(RowRequest(request, server, predictor))

            return handle_row

    api = APIRouter(route_class=RowRoute, tags=["Service"])

    @api.post(
        "/predict",
        summary="Predict one row",
        response_model=models.answer,
        responses=refusals(408, 413, 415, 422, 503),
        openapi_extra={"requestBody": {"content": {"application/json": {"example": models.example}}}},
    )
    async def predict(request: Request, row: Annotated[models.row, Body()]) -> Response:  # type: ignore[name-defined]
        answer = await predictor.answered(row, request.state.times, request.scope["request_id"])
        response = Response(answer.body, answer.status)
        response.raw_headers = [predictor.version_header, *answer.headers]
        return response

    return api
