"""What OpenAPI says beyond the types of the handlers: models made from the contract, refusals, examples."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from core.model.conformal import Guarantee
from core.model.decision import Rule
from core.spec.columns import Value
from core.spec.request import example_row
from core.spec.target import Target
from service.model.answers import ABSTAIN, DECISION
from service.model.live import Live
from service.problems import JSON as PROBLEM_JSON

Responses = dict[int | str, dict[str, Any]]
Share = Annotated[float, Field(ge=0, le=1)]

REFUSALS = {
    400: "Not a request of this protocol, or not what the contract says",
    401: "No API key that is known",
    404: "No such model",
    408: "The body did not arrive in time",
    413: "Too long, or too many rows",
    415: "Another content type, or a packed body",
    422: "Not what the contract says; every mistake is named by its field",
    429: "Too many batches and explanations; Retry-After says when to ask again",
    503: "No verified model, or too many rows wait; Retry-After says when to ask again",
}


class FieldError(BaseModel):
    """One mistake in a body: never the value that was sent."""

    field: str
    reason: str
    got: str


class ProblemBody(BaseModel):
    """An error, by RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


def refusals(*statuses: int, kinds: Mapping[int, str] | None = None) -> Responses:
    """The refusals of an operation as problems; `kinds` has the content types of those that are none."""
    responses: Responses = {}
    for status in statuses:
        kind = (kinds or {}).get(status, PROBLEM_JSON)
        schema = {"$ref": "#/components/schemas/ProblemBody"} if kind == PROBLEM_JSON else {}
        responses[status] = {"description": REFUSALS[status], "content": {kind: {"schema": schema}}}
    return responses


def body(**content: dict[str, Any]) -> dict[str, Any]:
    """`openapi_extra` of a body that FastAPI does not parse: {content type: media type object}."""
    return {"requestBody": {"required": True, "content": content}}


class Models:
    """Models of the answers to one contract, and examples of its rows."""

    def __init__(self, live: Live) -> None:
        contract = live.serving.contract
        self.row = live.rows.model
        prediction = _prediction(contract.target, live.answers.guarantee, live.answers.rule)
        self.answer: Any = create_model("Answer", __base__=prediction, model=(str, ...))
        row_errors = create_model("RowErrors", errors=(list[FieldError], ...))
        self.answers: Any = create_model(
            "Answers",
            predictions=(list[prediction | row_errors], ...),  # type: ignore[valid-type]
            model=(str, ...),
            rows=(int, ...),
            invalid=(int, ...),
        )
        numbers = dict[str, float]
        explanation = create_model(
            "Explanation",
            __base__=prediction,
            base=(float, ...),
            contributions=(numbers, ...),
            raw=(float, ...),
            classes=(dict[str, dict[str, Any]] | None, None),
        )
        self.explanations: Any = create_model("Explanations", rows=(list[explanation], ...), model=(str, ...))  # type: ignore[valid-type]
        self.example = example_row(contract)
        self.csv = _as_csv(self.example)
        self.ndjson = json.dumps(self.example, ensure_ascii=False) + "\n"


def _prediction(target: Target, guarantee: Guarantee | None, rule: Rule | None) -> Any:
    """What is answered of a row, by the target's task."""
    config = ConfigDict(protected_namespaces=())
    promised = _promised(target, guarantee)
    if rule is not None:
        reason = f"What to act on: {target.positive} where its probability is above {rule.threshold:g}"
        promised[DECISION] = (Literal[target.values], Field(description=reason))
    if target.task == "regression":
        return create_model("Prediction", __config__=config, prediction=(float, ...), **promised)
    kind: Any = Literal[target.values]
    if target.task == "binary":
        described = Field(description=f"Probability that {target.name} is {target.positive}")
        return create_model(
            "Prediction", __config__=config, prediction=(kind, ...), probability=(Share, described), **promised
        )
    shares: dict[str, Any] = {
        f"p{number}": (Share, Field(alias=str(value))) for number, value in enumerate(target.values)
    }
    return create_model(
        "Prediction",
        __config__=config,
        prediction=(kind, ...),
        probabilities=(create_model("Probabilities", **shares), ...),
        **promised,
    )


def _promised(target: Target, guarantee: Guarantee | None) -> dict[str, Any]:
    """The set or interval that an answer has, with its promise."""
    if guarantee is None:
        return {}
    share = f"the truth in {guarantee.coverage:.0%} of rows like those of the training"
    if target.task == "regression":
        described = Field(min_length=2, max_length=2, description=f"Low and high end of what holds {share}")
        return {"interval": (list[float], described)}
    kind: Any = Literal[target.values]
    abstains = Field(description="Whether the set holds every class, so that it tells nothing")
    return {
        "set": (list[kind], Field(min_length=1, description=f"Classes that hold {share}")),
        **({ABSTAIN: (bool, abstains)} if guarantee.abstain else {}),
    }


def _as_csv(row: Mapping[str, Value | None]) -> str:
    text = io.StringIO()
    cells = ["" if value is None else value for value in row.values()]
    csv.writer(text, lineterminator="\n").writerows([list(row), cells])
    return text.getvalue()
