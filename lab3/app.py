"""The microservice: the weather of the last days in, the chance of rain tomorrow out.

uvicorn lab3.app:app          in the repository's root, or in the image
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


def model_of(request: Request) -> Forecast:
    """The loaded model; raises NotReadyError where there is none."""
    found: Forecast | NotReadyError = request.app.state.forecast
    if isinstance(found, NotReadyError):
        raise found
    return found


Model = Annotated[Forecast, Depends(model_of)]


def create(folder: Path) -> FastAPI:
    """The service of the model in `folder`; without a usable one it lives, says so, and is not ready."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            app.state.forecast = load(folder)
        except NotReadyError as error:
            logging.getLogger("uvicorn.error").warning("not ready: %s", error)
            app.state.forecast = error
        yield

    app = FastAPI(title="Rain tomorrow", version="1", lifespan=lifespan)
    problems.install(app)

    @app.get("/healthz", summary="The process lives")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get(
        "/readyz", summary="The model is loaded, and gave the golden weeks' chances again", responses=problems.NOT_READY
    )
    async def readyz(model: Model) -> dict[str, str]:
        return {"status": "ready", "model": model.about["sha256"]}

    @app.get(
        "/model", summary="What lab2 wrote about the model: its inputs, training and test", responses=problems.NOT_READY
    )
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
    def predict(asked: Days, model: Model) -> Answer:
        if len(asked.days) != model.window:
            reason = f"needs the last {model.window} days, got {len(asked.days)}"
            raise RequestValidationError([{"loc": ("body", "days"), "msg": reason, "type": "value_error"}])
        tomorrow = asked.days[-1].date + dt.timedelta(days=1)
        chance = model.chance(asked.days)
        return Answer(date=tomorrow, chance_of_rain=chance, model=model.about["sha256"], **drivers(model, asked.days))

    return app


app = create(Path(os.environ.get("MODEL") or Path(__file__).resolve().parent / "model"))
