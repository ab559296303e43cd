"""POST /predict/batch and /explain: many rows, answered by the batch process."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from service.batch.score import ARROW, CSV, JSON, NDJSON, SAFE_CSV, Formulas
from service.batch.target import Policy
from service.problems import Problem
from service.routes.documented import Models, body, refusals
from service.routes.jobs import done_by_the_batch_process, place_for_a_job
from service.state import Server

ROW = {"$ref": "#/components/schemas/Row"}
ROWS = {"type": "array", "items": ROW}


TargetPolicy = Annotated[
    Policy,
    Query(
        description="what to do with a column that holds the target",
        openapi_examples={"refuse": {"value": "refuse"}, "compare": {"value": "compare"}},
    ),
]


FormulaPolicy = Annotated[
    Formulas,
    Query(
        description="escape: no cell of a CSV answer is a formula to a spreadsheet (an apostrophe before = + - @)",
        openapi_examples={"keep": {"value": "keep"}, "escape": {"value": "escape"}},
    ),
]


def content_type(request: Request) -> str:
    """The content type without its parameters; JSON if none is given."""
    return request.headers.get("content-type", JSON).partition(";")[0].strip().lower()


def router(server: Server, models: Models) -> APIRouter:
    settings = server.settings
    api = APIRouter(tags=["Service"], dependencies=[Depends(place_for_a_job(server))])
    binary = {"schema": {"type": "string", "format": "binary"}}
    text = {"schema": {"type": "string"}}
    forms: dict[str, Any] = {
        JSON: {"schema": ROWS, "example": [models.example, models.example]},
        NDJSON: {**text, "example": models.ndjson},
        CSV: {**text, "example": models.csv},
        ARROW: binary,
    }

    @api.post(
        "/predict/batch",
        description="A bad row has its own error in place of an answer",
        summary=f"Predict up to {settings.max_batch_rows:,} rows, answered in their form and order",
        response_model=models.answers,
        responses={
            200: {"content": {NDJSON: text, CSV: text, ARROW: binary}},
            **refusals(408, 413, 415, 422, 429, 503),
        },
        openapi_extra=body(**forms),
    )
    async def predict_batch(
        request: Request, target: TargetPolicy = "compare", formulas: FormulaPolicy = "keep"
    ) -> Response:
        form = content_type(request)
        if form not in forms:
            raise Problem(415, f"content type {form!r}; a batch is one of {', '.join(forms)}")
        if form == CSV and formulas == "escape":
            form = SAFE_CSV
        job = {"job": "batch", "form": form, "most": settings.max_batch_rows, "target": target}
        return await done_by_the_batch_process(server, request, job, settings.max_batch_bytes)

    @api.post(
        "/explain",
        description="SHAP values that add up, with `base`, to the raw score",
        summary=f"What drove the prediction of a row, or of up to {settings.max_explain_rows:,}",
        response_model=models.explanations,
        responses=refusals(408, 413, 415, 422, 429, 503),
        openapi_extra=body(**{JSON: {"schema": {"anyOf": [ROW, ROWS]}, "example": models.example}}),
    )
    async def explain(request: Request) -> Response:
        form = content_type(request)
        if form != JSON:
            raise Problem(415, f"content type {form!r}; rows to explain are sent as application/json")
        job = {"job": "explain", "most": settings.max_explain_rows}
        return await done_by_the_batch_process(server, request, job, settings.max_body_bytes)

    return api
