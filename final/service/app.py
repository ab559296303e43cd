"""The prediction service of one product, its request model made from the contract."""

from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from product.columns import Value
from product.contract import json_schema, request_model
from product.model import ProductModel
from product.outcome import labels
from service import problems
from service.metrics import Metrics, Timed
from service.serving import Serving

MOST_ROWS = 10_000


class Prediction(BaseModel):
    prediction: Value = Field(description="The likelier class")
    probability: float = Field(description="Probability of the positive class, 0 to 1")


class Answer(Prediction):
    model: str = Field(description="Version of the model that answered")


class Answers(BaseModel):
    predictions: list[Prediction]
    model: str = Field(description="Version of the model that answered")


def create_app(serving: Serving) -> FastAPI:
    """The app; where the model could not be verified it runs, says why, and predicts nothing."""
    contract = serving.contract
    names, row, target = list(contract.features), request_model(contract), contract.target
    metrics = Metrics()
    metrics.ready.labels(serving.version).set(serving.model is not None)
    classes = {str(value): value for value in target.values}
    app = FastAPI(title=serving.title, description=serving.description, version=serving.version[:12] or "none")
    router = APIRouter()

    def verified() -> ProductModel:
        if serving.model is None:
            raise HTTPException(503, serving.problem)
        return serving.model

    def predict_rows(rows: list[Any]) -> list[Prediction]:
        columns = {name: [getattr(one, f"f{i}") for one in rows] for i, name in enumerate(names)}
        probabilities = verified().scores(columns)
        answers = [classes[label] for label in labels(probabilities, target)]
        for label in answers:
            metrics.predictions.labels(str(label)).inc()
        return [
            Prediction(prediction=label, probability=float(p)) for label, p in zip(answers, probabilities, strict=True)
        ]

    @router.post("/predict", summary="Predict one row")
    def predict(one: row) -> Answer:  # type: ignore[valid-type]
        (answer,) = predict_rows([one])
        return Answer(prediction=answer.prediction, probability=answer.probability, model=serving.version)

    @router.post("/predict/batch", summary=f"Predict up to {MOST_ROWS:,} rows, answered in their order")
    def predict_batch(rows: list[row]) -> Answers:  # type: ignore[valid-type]
        if len(rows) > MOST_ROWS:
            raise HTTPException(413, f"{len(rows):,} rows, at most {MOST_ROWS:,} are taken at once: send them in parts")
        return Answers(predictions=predict_rows(rows) if rows else [], model=serving.version)

    @router.get("/contract", summary="JSON schema of one row")
    def schema() -> dict[str, Any]:
        return json_schema(contract, serving.title, serving.description)

    @router.get("/model", summary="Manifest of the served model")
    def model() -> dict[str, Any]:
        verified()
        return {"model": serving.version, **(serving.manifest or {})}

    @router.get("/healthz", summary="The process runs")
    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz", summary="The model is verified and answers")
    def readyz() -> dict[str, str]:
        verified()
        return {"status": "ready", "model": serving.version}

    @router.get("/metrics", summary="Counters for Prometheus", response_class=Response)
    def prometheus() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    app.include_router(router)
    problems.install(app, names)
    app.add_middleware(Timed, metrics=metrics, paths=frozenset(route.path for route in router.routes))  # type: ignore[attr-defined]
    return app
