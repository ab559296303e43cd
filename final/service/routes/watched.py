"""GET /watch: the facts of the last look at the served model. Only where there is a prediction log."""

from typing import Any

from fastapi import APIRouter

from service.prediction_log.watched import Watched
from service.problems import Problem
from service.routes.documented import refusals


def router(watched: Watched) -> APIRouter:
    api = APIRouter(tags=["Service"])

    @api.get("/watch", summary="What the last look of watch.sh told of the served model", responses=refusals(404))
    async def watch() -> dict[str, Any]:
        if watched.facts is None:
            raise Problem(404, "nobody has looked at this model yet: bash final/watch.sh PRODUCT --log FOLDER does")
        return watched.facts

    return api
