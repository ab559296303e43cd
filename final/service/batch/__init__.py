"""Many rows in, many rows out, and the process that does it."""
