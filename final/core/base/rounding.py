"""Round numbers as a person chooses them: 1, 2 or 5 times a power of ten."""

import math


def next_round(value: float) -> float:
    """The least round number that is not below a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= value * (1 - 1e-9))
