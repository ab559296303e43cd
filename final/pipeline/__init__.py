"""The main job: what DVC runs, in which order, and what is printed."""
