"""A linear model answers many rows in slices, with the bytes of all at once."""

import numpy as np
import pandas as pd
import pytest

from core.model import linear_part
from tests.support.small_products import declared, linear_model


@pytest.mark.parametrize(
    ("task", "slopes", "intercepts"), [("binary", [1.3], [0.1]), ("multiclass", [1.0, -2.0, 0.5], [0.0, 0.2, -0.1])]
)
def test_slices_do_not_change_an_answer(
    task: str, slopes: list[float], intercepts: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = linear_model(declared(task), {"size": slopes}, intercepts)
    rows = pd.DataFrame({"size": [None, *np.linspace(-3, 3, 9)], "shape": ["round", "square"] * 5})
    at_once = model.scores(rows)
    monkeypatch.setattr(linear_part, "AT_ONCE", 3)
    assert model.scores(rows).tobytes() == at_once.tobytes()
    assert model.predict(rows).tolist() == [model.predict(rows[at : at + 1])[0] for at in range(10)]
