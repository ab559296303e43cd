"""The blend leaves its best part only if its gain on unseen rows is more than luck: half its standard error."""

import numpy as np
import pytest
from scipy.special import expit

from core.model.blend import fit


@pytest.mark.parametrize(("seed", "moves"), [(2, True), (8, False)])
def test_a_gain_within_luck_is_not_used(seed: int, moves: bool) -> None:
    """Two parts that are too sure by 1.3: the gain in cross-validation is 0.78 and 0.36 of its standard error."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=400)
    target = (rng.random(400) < expit(truth)).astype(int)
    weights, offsets = fit([1.3 * truth, 1.3 * truth], target, "binary")
    assert (not np.array_equal(weights, [1.0, 0.0])) is moves
    assert (not np.array_equal(offsets, [0.0])) is moves
