"""Guesses a product.yaml for an unknown table, with evidence."""
