"""Tries settings, resumably."""
