"""POST /feedback: what was true of rows that were answered before. Only where there is a prediction log."""

import asyncio
import logging
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from core.base.errors import message
from core.base.prediction_log import REQUEST
from service.body import whole
from service.prediction_log import labels
from service.prediction_log.files import LogFolder
from service.problems import Problem, busy
from service.routes.batch import content_type
from service.routes.documented import body, refusals
from service.state import Server

logger = logging.getLogger("service")


class FeedbackAnswer(BaseModel):
    """`repeated`: labels that replaced an earlier one of their row. `not_logged`: no such row in the log yet."""

    labels: int
    repeated: int
    not_logged: int


def router(server: Server, folder: LogFolder) -> APIRouter:
    """The route that keeps labels in the folder of the log."""
    api = APIRouter(tags=["Service"])
    writing = asyncio.Lock()
    contract = server.live.serving.contract
    target, names = contract.target, labels.key_names(contract.id)
    example = [{REQUEST: "order-17", labels.TRUTH: target.values[0] if target.values else 1.5}]
    forms: dict[str, Any] = {
        labels.JSON: {"schema": {"type": "array", "items": {"type": "object"}}, "example": example},
        labels.CSV: {"schema": {"type": "string"}, "example": f"request_id,truth\norder-17,{example[0]['truth']}\n"},
    }

    @api.post(
        "/feedback",
        summary=f"Labels of rows that were answered before, by {' or '.join(names)}; the last one of a row counts",
        responses=refusals(408, 413, 415, 422, 503),
        openapi_extra=body(**forms),
    )
    async def feedback(request: Request) -> FeedbackAnswer:
        form = content_type(request)
        if form not in forms:
            raise Problem(415, f"content type {form!r}; labels are one of {', '.join(forms)}")
        content = await whole(request, server.settings.max_body_bytes, server.settings.batch_seconds)
        async with writing:
            try:
                rows = await asyncio.to_thread(labels.read, content, form, target, contract.id)
                kept = await asyncio.to_thread(labels.keep, folder, rows)
            except OSError as error:
                logger.error("labels were not kept: %s", error)  # noqa: TRY400 - the reason is the whole story
                raise busy(503, f"the labels were not kept: {message(OSError(error.errno, error.strerror))}") from None
        return FeedbackAnswer(**kept._asdict())

    return api
