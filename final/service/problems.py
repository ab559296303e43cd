"""Errors as RFC 9457 problem JSON: the field, the reason, the type of what was sent; never the value, never a trace."""

import logging
from collections.abc import Sequence
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


def problem(status: int, detail: str, **more: Any) -> JSONResponse:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return JSONResponse(body, status, media_type="application/problem+json")


def explain(errors: Sequence[dict[str, Any]], fields: Sequence[str]) -> list[dict[str, Any]]:
    """One entry per mistake that pydantic found in a body; `fields` are the names that a row may have."""
    found = []
    for error in errors:
        path = [str(step) for step in error["loc"] if step != "body"]
        reason = error["msg"]
        if error["type"] == "extra_forbidden":
            close = get_close_matches(path[-1], fields, n=1, cutoff=0.5)
            reason = f"unknown field; did you mean {close[0]}?" if close else "unknown field; GET /contract lists them"
        elif error["type"] == "missing":
            reason = "required field is missing"
        elif error["type"] == "json_invalid":
            path, reason = [], f"not JSON: {error.get('ctx', {}).get('error', '')}"
        got = "nothing" if error["type"] == "missing" else type(error.get("input")).__name__
        found.append(
            {
                "field": ".".join(path),
                "reason": reason,
                "got": "text" if error["type"] == "json_invalid" else got,
            }
        )
    return found


def install(app: FastAPI, fields: Sequence[str]) -> None:
    """Make every error of the app a problem."""

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        errors = explain(error.errors(), fields)
        first = f"{errors[0]['field'] or 'body'}: {errors[0]['reason']}"
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return problem(422, first + more, errors=errors)

    async def refused(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return problem(error.status_code, str(error.detail))

    async def failed(request: Request, error: Exception) -> JSONResponse:
        logging.getLogger("service").exception("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(500, "the server made a mistake; its log has the details")

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, failed)
