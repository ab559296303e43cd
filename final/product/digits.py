"""Nine significant digits of every figure that is kept.

What is beyond differs between processors (another BLAS kernel adds in another order), and nobody reads it; kept, it
would give equal trainings on two machines different hashes.
"""

from typing import Any

DIGITS = 9


def rounded(value: Any) -> Any:
    """The same value with every float in it rounded, through dicts, lists and tuples."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list | tuple) else value
