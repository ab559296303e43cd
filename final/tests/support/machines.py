"""A product whose world can change after deployment: machines that fail when they run hot."""

from pathlib import Path

import numpy as np
import pandas as pd

NAME = "machines"
FILE = """\
name: machines
title: Machines that fail
description: Whether a machine fails within a day.
source: {path: table.csv}
id: number
target: {name: fails, task: binary, values: ["no", "yes"], positive: "yes"}
features:
  kind: {type: category, values: [press, saw, drill]}
  heat: {type: number}
  paint: {type: number}
model: {estimator: catboost, iterations: 150}
gates: {floor: 0.75}
"""


def table(rows: int, start: int, seed: int, drills: float = 0.2, cold_drills: bool = False) -> pd.DataFrame:
    """Machines with the numbers start, start + 1, ...: a hot one fails, or, with `cold_drills`, a drill that is cold.

    `drills` is their share. What a machine is painted with has no effect.
    """
    rng = np.random.default_rng(seed)
    kind = rng.choice(np.array(["press", "saw", "drill"], dtype=object), rows, p=[0.5 * (1 - drills)] * 2 + [drills])
    heat = rng.normal(60, 10, rows).round(4)
    sign = np.where((kind == "drill") & cold_drills, -1, 1)
    chance = 1 / (1 + np.exp(-sign * (heat - 60) / 2))
    return pd.DataFrame(
        {
            "number": [f"m{number}" for number in range(start, start + rows)],
            "kind": kind,
            "heat": heat,
            "paint": rng.random(rows).round(6),
            "fails": np.where(rng.random(rows) < chance, "yes", "no"),
        }
    )


def declare(folder: Path) -> None:
    """The product in a folder of products/, with the table that it is trained on."""
    folder.mkdir()
    (folder / "product.yaml").write_text(FILE)
    table(1500, 0, seed=0).to_csv(folder / "table.csv", index=False)
