"""What drove a prediction: SHAP values, which with the base add up to the model's raw score.

Method: S. M. Lundberg and others, "Consistent individualized feature attribution for tree ensembles", 2018, as CatBoost
computes it.
"""

from typing import Any, BinaryIO

import orjson
from pydantic import BaseModel, ValidationError

from service.live import Live
from service.problems import Problem, explain


def run(live: Live, most: int, body: BinaryIO, out: BinaryIO) -> dict[str, Any]:
    """Explain one row, or a list of rows. Raises Problem: 422, 413."""
    try:
        given = orjson.loads(body.read())
    except orjson.JSONDecodeError as error:
        raise Problem(
            422, f"body: not JSON: {error.msg}", [{"field": "", "reason": "not JSON", "got": "text"}]
        ) from None
    many = given if isinstance(given, list) else [given]
    if len(many) > most:
        raise Problem(413, f"{len(many):,} rows, at most {most:,} are explained at once: send them in parts")
    rows, errors = [], []
    for number, value in enumerate(many):
        row = live.rows.one_or_error(value)
        if isinstance(row, ValidationError):
            found = explain(row.errors(include_url=False), live.rows.names)
            prefix = f"{number}." if isinstance(given, list) else ""
            errors += [{**one, "field": f"{prefix}{one['field']}".rstrip(".")} for one in found]
        else:
            rows.append(row)
    if errors:
        raise Problem(422, f"{errors[0]['field'] or 'body'}: {errors[0]['reason']}", errors)
    out.write(orjson.dumps({"rows": explained(live, rows), "model": live.version}))
    return {"type": "application/json"}


def explained(live: Live, rows: list[BaseModel]) -> list[dict[str, Any]]:
    """For each row base, contributions by feature, and raw; of several classes those of the likeliest, and of each."""
    if not rows:
        return []
    columns = live.rows.columns(rows)
    shares = live.model.contributions(columns)
    answers = live.answers.of(live.model.scores(columns))
    names = live.model.features.names
    if shares.ndim == 2:
        return [{**answer, **_one(names, row)} for answer, row in zip(answers, shares.tolist(), strict=True)]
    classes = [str(value) for value in live.answers.target.values]
    found = []
    for answer, row in zip(answers, shares.tolist(), strict=True):
        each = {name: _one(names, one) for name, one in zip(classes, row, strict=True)}
        found.append({**answer, **each[str(answer["prediction"])], "classes": each})
    return found


def _one(names: list[str], shares: list[float]) -> dict[str, Any]:
    return {"base": shares[-1], "contributions": dict(zip(names, shares, strict=False)), "raw": sum(shares)}
