"""Errors as RFC 9457 problem JSON: which field, why; never a stack trace."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lab3.forecast import NotReadyError

KIND = "application/problem+json"
# for OpenAPI: the refusals of a route
NOT_READY: dict[int | str, dict[str, Any]] = {503: {"description": "The model is not usable", "content": {KIND: {}}}}
INVALID: dict[int | str, dict[str, Any]] = {422: {"description": "A field is invalid", "content": {KIND: {}}}}
REASONS = {"missing": "is missing", "extra_forbidden": "is not a field of the request", "json_invalid": "is not JSON"}


def problem(status: int, detail: str, **more: Any) -> JSONResponse:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, media_type=KIND)


def explain(error: dict[str, Any]) -> dict[str, str]:
    """One error of pydantic: `field` like days.3.wind, and `reason` in a short sentence."""
    path = [str(step) for step in error["loc"] if step != "body"]
    if not path or error["type"] == "json_invalid":
        path = ["body"]
    reason = REASONS.get(error["type"], error["msg"].removeprefix("Value error, "))
    return {"field": ".".join(path), "reason": reason}


def install(app: FastAPI) -> None:
    """Make every error of the app a problem."""

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [explain(each) for each in error.errors()]
        return problem(422, "; ".join(f"{e['field']}: {e['reason']}" for e in errors[:3]), errors=errors)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        answer = problem(error.status_code, error.detail)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(NotReadyError)
    async def not_ready(request: Request, error: NotReadyError) -> JSONResponse:
        return problem(503, f"the service has no usable model: {error}")

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        return problem(500, "internal error; the service's log has the details")
