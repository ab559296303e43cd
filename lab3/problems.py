"""Errors as RFC 9457 problem JSON: which field, why; never a stack trace."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lab3.forecast import NotReadyError

KIND = "application/problem+json"
# for OpenAPI: what a route may answer besides its answer
NOT_READY: dict[int | str, dict[str, Any]] = {503: {"description": "No model to answer with", "content": {KIND: {}}}}
INVALID: dict[int | str, dict[str, Any]] = {422: {"description": "A field that can't be", "content": {KIND: {}}}}


def problem(status: int, detail: str, **more: Any) -> JSONResponse:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, media_type=KIND)


def explain(error: dict[str, Any]) -> dict[str, str]:
    """One mistake that pydantic found: `field` like days.3.wind, and `reason` in a short sentence."""
    path = [str(step) for step in error["loc"] if step != "body"]
    reason = {
        "missing": "is missing",
        "extra_forbidden": "is not known here",
        "json_invalid": "is not JSON",
    }.get(error["type"], error["msg"].removeprefix("Value error, "))
    return {"field": "body" if error["type"] == "json_invalid" else ".".join(path) or "body", "reason": reason}


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [explain(each) for each in error.errors()]
    return problem(422, "; ".join(f"{e['field']}: {e['reason']}" for e in errors[:3]), errors=errors)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    answer = problem(error.status_code, str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _not_ready(request: Request, error: Exception) -> JSONResponse:
    return problem(503, f"no model to answer with: {error}")


async def _failed(request: Request, error: Exception) -> JSONResponse:
    logging.getLogger("uvicorn.error").error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(500, "the service made a mistake; its log has the details")


def install(app: FastAPI) -> None:
    """Make every error of the app a problem."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(NotReadyError, _not_ready)
    app.add_exception_handler(Exception, _failed)
