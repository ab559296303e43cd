"""The FastAPI application that serves one product: routes, model, batches, and the fast path below ASGI."""
