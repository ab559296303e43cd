"""The fast path below ASGI: one row that came in one piece, answered without a task of its own."""
