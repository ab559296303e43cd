"""The library: from a declared table to a judged model. Which package may import which is in pyproject.toml."""
