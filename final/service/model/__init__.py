"""The verified model, and how rows become answers; no HTTP."""
