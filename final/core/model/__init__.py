"""Estimators, and the one object that predicts."""
