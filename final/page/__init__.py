"""The page of a running service; it knows only what the API answers."""
