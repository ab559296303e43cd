"""What drove a prediction: SHAP values, which with the base add up to the model's raw score.

Method: S. M. Lundberg and others, "Consistent individualized feature attribution for tree ensembles", 2018, as CatBoost
computes it.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson
from pydantic import BaseModel

from service.batch.read import as_row
from service.batch.score import all_or_none
from service.json_text import JsonError, JsonStream
from service.model.live import Live
from service.problems import unreadable


def run(live: Live, most: int, body: BinaryIO, out: BinaryIO) -> dict[str, Any]:
    """Explain one row, or a list of rows. Raises Problem: 422, 413."""
    stream = JsonStream(body)
    try:
        is_list = stream.sign() == "["
        rows = map(as_row, stream.elements()) if is_list else iter([stream.value()])
        out.write(b'{"rows":[')
        between = b""
        for chunk in all_or_none(live, rows, most, numbered=is_list):
            for explanation in explained(live, chunk):
                out.write(between + orjson.dumps(explanation))
                between = b","
        stream.end()
    except JsonError as error:
        raise unreadable(error) from None
    out.write(b"]," + orjson.dumps({"model": live.version})[1:])
    return {"type": "application/json"}


def explained(live: Live, rows: list[BaseModel]) -> Iterator[dict[str, Any]]:
    """For each row base, contributions by feature, and raw; of several classes those of the likeliest, and of each.

    One row at a time: an explanation is many times as long as its row.
    """
    columns = live.rows.columns(rows)
    contributions = live.require_model().contributions(columns)
    answers = live.answers.of(live.require_model().scores(columns))
    names = live.require_model().features.names
    classes = [str(value) for value in live.answers.target.values]
    for answer, shares in zip(answers, contributions, strict=True):
        if contributions.ndim == 2:
            yield {**answer, **_explanation(names, shares.tolist())}
        else:
            each = {name: _explanation(names, row) for name, row in zip(classes, shares.tolist(), strict=True)}
            yield {**answer, **each[str(answer["prediction"])], "classes": each}


def _explanation(names: list[str], shares: list[float]) -> dict[str, Any]:
    return {"base": shares[-1], "contributions": dict(zip(names, shares, strict=False)), "raw": sum(shares)}
