"""The library: from a declared table to a judged model. Which package may import which is in pyproject.toml."""

import sys

sys.modules.setdefault("catboost.widget", None)  # type: ignore[arg-type]  # CatBoost's would import IPython
