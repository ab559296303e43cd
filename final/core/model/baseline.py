"""The plain linear model that every other has to beat."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.features.maker import FeatureMaker
from core.model import linear_part
from core.model.linear_part import LinearEstimator
from core.model.model import Table
from core.model.part import Data, activation
from core.spec.contract import Contract


def linear_scores(parts: Sequence[pd.DataFrame], test: Table, contract: Contract) -> np.ndarray:
    """The scores of a linear model of medium strength, fitted on the rows of the parts.

    If the rows are many, some are drawn before the parts are joined.
    """
    starts = np.cumsum([0, *map(len, parts)])
    rows = linear_part.drawn(int(starts[-1]))
    drawn = []
    for start, part in zip(starts, parts, strict=False):
        inside = (rows >= start) & (rows < start + len(part))
        drawn.append(part.iloc[rows[inside] - start])
    train = pd.concat(drawn, ignore_index=True)
    maker = FeatureMaker(contract)
    linear = LinearEstimator(contract.target, maker.categorical).refit(Data.of(maker, contract, train), 1.0)
    return activation(linear.raw(maker(test)), contract.target)
