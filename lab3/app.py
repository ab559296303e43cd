"""The microservice: the weather of the last days in, the chance of rain tomorrow out.

Run it by `uvicorn lab3.app:app` in the repository's root. `/docs` is Swagger UI with its scripts served from here: it
needs no network. Behind a proxy that strips a path prefix, set uvicorn's own variable UVICORN_ROOT_PATH=/prefix.
"""

import datetime as dt
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel

from lab3 import problems
from lab3.drivers import drivers
from lab3.forecast import Days, Forecast, NotReadyError, load


class Answer(BaseModel):
    date: dt.date
    chance_of_rain: float
    usual: float
    effects: dict[str, float]
    model: str


def loaded(request: Request) -> Forecast:
    """The loaded model; raises NotReadyError without one."""
    forecast: Forecast | NotReadyError = request.app.state.forecast
    if isinstance(forecast, NotReadyError):
        raise forecast
    return forecast


Model = Annotated[Forecast, Depends(loaded)]


def create(folder: Path) -> FastAPI:
    """The service of the model in `folder`; without a usable one it starts, reports why, and is not ready."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            app.state.forecast = load(folder)
        except NotReadyError as error:
            logging.getLogger("uvicorn.error").warning("not ready: %s", error)
            app.state.forecast = error
        yield

    app = FastAPIOffline(redoc_url=None, title="Rain tomorrow", version="1", lifespan=lifespan)
    problems.install(app)

    @app.get("/healthz", summary="The process is alive")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", summary="The model is loaded and reproduces the golden weeks", responses=problems.NOT_READY)
    async def readyz(model: Model) -> dict[str, str]:
        return {"status": "ready", "model": model.about["sha256"]}

    @app.get("/model", summary="The model's inputs, training and test", responses=problems.NOT_READY)
    async def about(model: Model) -> dict[str, Any]:
        return model.about

    @app.get("/weeks", summary="Weeks of real weather to ask about", responses=problems.NOT_READY)
    async def weeks(model: Model) -> list[dict[str, Any]]:
        return [{"days": week["days"]} for week in model.weeks["golden"]]

    @app.post(
        "/predict",
        summary="The chance of rain on the day after the last one, and what drove it",
        responses=problems.INVALID | problems.NOT_READY,
    )
    def predict(request: Days, model: Model) -> Answer:
        days = request.days
        if len(days) != model.window:
            reason = f"needs the last {model.window} days, got {len(days)}"
            raise RequestValidationError([{"loc": ("body", "days"), "msg": reason, "type": "value_error"}])
        tomorrow = days[-1].date + dt.timedelta(days=1)
        chance = model.chance(days)
        return Answer(date=tomorrow, chance_of_rain=chance, model=model.about["sha256"], **drivers(model, days))

    return app


app = create(Path(os.environ.get("MODEL") or Path(__file__).resolve().parent / "model"))
