"""Contributions of the features to each answer, as columns beside it."""

from typing import Any

import numpy as np
import pyarrow as pa

from scoring.blocks import AnsweredBlock
from service.batch.explanation import explained
from service.model.live import Live


def schema_with(schema: pa.Schema, live: Live) -> pa.Schema:
    """The answers' columns, then base, a contribution of each feature, and raw, their sum."""
    names = [f"contribution_{name}" for name in live.require_model().features.names]
    numbers = [pa.field(name, pa.float64()) for name in ("base", *names, "raw")]
    return pa.schema([*schema, *numbers])


def with_contributions(block: AnsweredBlock, schema: pa.Schema) -> pa.RecordBatch:
    """The answers with their explanations, as `/explain` gives them; empty for a wrong row."""
    added = schema.names[len(block.batch.schema) :]
    columns: dict[str, list[Any]] = {name: [None] * len(block) for name in added}
    places = np.flatnonzero(block.answered.good).tolist()
    for place, explanation in zip(places, explained(block.live, block.checked()), strict=True):
        columns["base"][place] = explanation["base"]
        columns["raw"][place] = explanation["raw"]
        for name, share in explanation["contributions"].items():
            columns[f"contribution_{name}"][place] = share
    arrays = [pa.array(columns[name], pa.float64()) for name in added]
    return pa.RecordBatch.from_arrays([*block.batch.columns, *arrays], schema=schema)
