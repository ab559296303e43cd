"""Which model is champion, since when and why."""
