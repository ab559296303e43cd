"""One router per subject; FastAPI makes OpenAPI from their types."""
