"""Nine significant digits of every figure that is kept.

Further digits differ between processors (another BLAS kernel adds in another order), and nobody reads them; if they
were kept, equal trainings on two machines would have different hashes.
"""

from typing import Any

DIGITS = 9


def rounded(value: Any) -> Any:
    """The same value with every float in it rounded, through dicts, lists and tuples."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return value
