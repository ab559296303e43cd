"""Errors as RFC 9457 problem JSON: the field, the reason, the type of what was sent; never the value, never a trace."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException

from service.json_text import JsonError

JSON = "application/problem+json"
MISSING_FIELD = "required field is missing"
MOST_ERRORS = 100  # of one body; enough to see what is wrong, and bounded
LONGEST_NAME = 200  # characters of a name that a client has sent


class Problem(HTTPException):
    """An answer that is not a success. `errors` has an entry for each mistake in the body."""

    detail: str

    def __init__(
        self, status: int, detail: str, errors: Sequence[dict[str, Any]] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.errors = errors

    @property
    def status(self) -> int:
        return self.status_code

    def body(self) -> bytes:
        more = {"errors": self.errors[:MOST_ERRORS]} if self.errors else {}
        title = HTTPStatus(self.status).phrase
        return orjson.dumps(
            {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail, **more}
        )


MISTAKE = Problem(500, "the server made a mistake; its log has the details")


def busy(status: int, detail: str, seconds: int = 1) -> Problem:
    """429 or 503 that says when to ask again."""
    return Problem(status, detail, headers={"retry-after": str(seconds)})


STOPPING = busy(503, "the service was told to stop, and the request was not done by then")


def shown(name: object) -> str:
    """A name that a client has sent, as it can be answered: not longer than a line, and text even if it is none."""
    text = str(name).encode(errors="backslashreplace").decode()
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}..."


def mistake(field: object, reason: str, got: str) -> dict[str, Any]:
    return {"field": shown(field), "reason": reason, "got": got}


def refused(errors: Sequence[dict[str, Any]], status: int = 422, count: int = 0) -> Problem:
    """The answer to a body with mistakes; there are more than those given if `count` says so."""
    more = max(count, len(errors)) - 1
    rest = f" (and {more} more)" if more else ""
    return Problem(status, f"{errors[0]['field'] or 'body'}: {errors[0]['reason']}{rest}", errors)


def invalid(error: ValidationError, fields: Sequence[str], status: int = 422) -> Problem:
    """The answer to a body in which pydantic found mistakes."""
    return refused(explain(error, fields), status, error.error_count())


def unreadable(error: JsonError, status: int = 422) -> Problem:
    """The answer to a body that is not JSON, or whose JSON repeats a name."""
    return refused(no_value(error), status)


def no_value(error: JsonError) -> list[dict[str, Any]]:
    """The mistakes of a text that gives no value."""
    return [mistake(error.field or "", error.reason, "text" if error.field is None else "object")]


def explain(error: ValidationError, fields: Sequence[str]) -> list[dict[str, Any]]:
    """One entry per mistake that pydantic found in a row; `fields` are the names that a row may have."""
    return [_explained(details, fields) for details in error.errors(include_url=False)[:MOST_ERRORS]]


def _explained(error: ErrorDetails, fields: Sequence[str]) -> dict[str, Any]:
    path, reason, kind = [str(step) for step in error["loc"]], error["msg"], error["type"]
    if kind == "extra_forbidden":
        close = get_close_matches(path[-1], fields, n=1, cutoff=0.5)
        reason = f"unknown field; did you mean {close[0]}?" if close else "unknown field; GET /contract lists them"
    elif kind == "missing":
        reason = MISSING_FIELD
    elif kind == "model_type":
        reason = "must be an object of fields; GET /contract lists them"
    elif kind == "string_unicode":
        path = path or [error["input"]]  # of a name pydantic gives no path
        reason = "is not text: it has half of a character of two parts"
    got = "nothing" if kind == "missing" else type(error.get("input")).__name__
    return mistake(".".join(path), reason, got)
