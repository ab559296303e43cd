"""Errors as RFC 9457 problem JSON: the field, the reason, the type of what was sent; never the value, never a trace."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

JSON = "application/problem+json"
LACKS = "required field is missing"
MOST_ERRORS = 100  # of one body; enough to see what is wrong, and bounded


class Problem(Exception):  # noqa: N818 - the RFC's name
    """An answer that is no success. `errors` has an entry for each mistake in the body."""

    def __init__(
        self, status: int, detail: str, errors: Sequence[dict[str, Any]] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors, self.headers = status, detail, errors, headers or {}

    def body(self) -> bytes:
        more = {"errors": self.errors[:MOST_ERRORS]} if self.errors else {}
        title = HTTPStatus(self.status).phrase
        return orjson.dumps(
            {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail, **more}
        )


def busy(status: int, detail: str, seconds: int = 1) -> Problem:
    """429 or 503 that says when to ask again."""
    return Problem(status, detail, headers={"retry-after": str(seconds)})


def invalid(error: ValidationError, fields: Sequence[str]) -> Problem:
    """The 422 of a body in which pydantic found mistakes."""
    errors = explain(error.errors(include_url=False), fields)
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return Problem(422, f"{errors[0]['field'] or 'body'}: {errors[0]['reason']}{more}", errors)


def explain(errors: Sequence[ErrorDetails], fields: Sequence[str]) -> list[dict[str, Any]]:
    """One entry per mistake that pydantic found in a row; `fields` are the names that a row may have."""
    found = []
    for error in errors:
        path, reason, kind = [str(step) for step in error["loc"]], error["msg"], error["type"]
        if kind == "extra_forbidden":
            close = get_close_matches(path[-1], fields, n=1, cutoff=0.5)
            reason = f"unknown field; did you mean {close[0]}?" if close else "unknown field; GET /contract lists them"
        elif kind == "missing":
            reason = LACKS
        elif kind == "json_invalid":
            reason = f"not JSON: {error.get('ctx', {}).get('error', '')}"
        elif kind == "model_type":
            reason = "must be an object of fields; GET /contract lists them"
        got = {"missing": "nothing", "json_invalid": "text"}.get(kind, type(error.get("input")).__name__)
        found.append({"field": ".".join(path), "reason": reason, "got": got})
    return found
