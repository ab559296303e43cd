"""What drove a prediction: SHAP values, which with the base add up to the model's raw score.

Method: S. M. Lundberg and others, "Consistent individualized feature attribution for tree ensembles", 2018, as CatBoost
computes it.
"""

from collections.abc import Iterator
from operator import itemgetter
from typing import Any, BinaryIO

import orjson

from service.batch.block import Checked
from service.batch.read import as_row
from service.batch.score import all_or_none, blocks_of
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
        for part in all_or_none(live, blocks_of(rows), most, numbered=is_list):
            for explanation in explained(live, part):
                out.write(between + orjson.dumps(explanation))
                between = b","
        stream.end()
    except JsonError as error:
        raise unreadable(error) from None
    out.write(b"]," + orjson.dumps({"model": live.version})[1:])
    return {"type": "application/json"}


def explained(live: Live, part: Checked) -> Iterator[dict[str, Any]]:
    """For each row base, contributions by feature, and raw; of several classes those of the likeliest, and of each.

    One row at a time: an explanation is many times as long as its row. A wrong row has none.
    """
    names = live.require_model().features.names
    classes = [str(value) for value in live.answers.target.values]
    answers = live.answers.of(*part.scored(live))
    shares_of = {
        place: shares
        for places, features in part.parts
        for place, shares in zip(places.tolist(), live.require_model().contributions_of(features), strict=True)
    }
    for place, shares in sorted(shares_of.items(), key=itemgetter(0)):
        if shares.ndim == 1:
            yield {**answers[place], **_explanation(names, shares.tolist())}
        else:
            each = {name: _explanation(names, row) for name, row in zip(classes, shares.tolist(), strict=True)}
            yield {**answers[place], **each[str(answers[place]["prediction"])], "classes": each}


def _explanation(names: list[str], shares: list[float]) -> dict[str, Any]:
    return {"base": shares[-1], "contributions": dict(zip(names, shares, strict=False)), "raw": sum(shares)}
