"""Small products of each task, made by the stages' own functions, so that reports of them cost seconds."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.base.files import as_json
from core.base.paths import Paths
from core.gates import data
from core.gates.model import all_gates as model_gates
from core.metrics.classes import codes
from core.metrics.coverage import coverage
from core.metrics.curves import curves
from core.metrics.evaluate import evaluate
from core.metrics.weak_slices import weak_slices
from core.model.conformal import holds, sizes
from core.model.effects import effects
from core.model.suspicious_labels import label_suspects
from core.model.training import fit
from core.spec.product import Product
from core.table.summary import summary
from report.facts import Facts

HOSTILE = "<script>alert('name')</script>"
HOSTILE_VALUE = '"><img src=x onerror=alert(1)>'
TARGETS: dict[str, dict[str, Any]] = {
    "binary": {"values": ["no", "yes"], "positive": "yes"},
    "multiclass": {"values": ["low", "middle", "high"]},
    "regression": {"unit": "°C"},
}


def declared(task: str) -> Product:
    limits = {"ceiling": 1000} if task == "regression" else {"floor": 0.1}
    metric = "rmse" if task == "regression" else "accuracy"
    slices = {"ceilings" if task == "regression" else "floors": {"place": 1000 if task == "regression" else 0.1}}
    return Product.model_validate(
        {
            "name": f"example-{task}",
            "title": "An <em>example</em>",
            "description": "A & B",
            "source": {"path": "none.csv"},
            "target": {"name": "wanted", "task": task, "description": "what is <b>wanted</b>", **TARGETS[task]},
            "features": {
                "size": {"type": "number", "nullable": True, "description": "in m"},
                "place": {"type": "category", "values": ["here", HOSTILE_VALUE]},
                HOSTILE: {"type": "text"},
                "day": {"type": "date"},
            },
            "model": {"iterations": 20, "strength": 1.0},
            "coverage": 0.9,
            "gates": {"metric": metric, **limits, "slices": slices},
        }
    )


def table(product: Product, rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    size = rng.normal(size=rows)
    raised = size + rng.normal(size=rows)
    values: Any = raised
    if product.target.task == "binary":
        values = np.where(raised > 0, "yes", "no")
    elif product.target.task == "multiclass":
        values = np.select([raised < -0.5, raised < 0.5], ["low", "middle"], "high")
    return pd.DataFrame(
        {
            "size": np.where(np.arange(rows) % 9 == 0, np.nan, size),
            "place": np.where(rng.random(rows) > 0.5, "here", HOSTILE_VALUE),
            HOSTILE: rng.choice(["a", HOSTILE_VALUE, "c"], rows),
            "day": [f"2024-{1 + n % 12:02}-{1 + n % 28:02}" for n in range(rows)],
            "wanted": values,
        }
    )


def example(task: str, rows: int = 600) -> Facts:
    """What a run over a generated table leaves, through the functions of its stages."""
    product = declared(task)
    whole = table(product, rows)
    train, validation, holdout = (whole.iloc[part::3] for part in range(3))
    trained = fit(product.contract, product.model, (train, validation), coverage=product.coverage)
    model, seen = trained.model, pd.concat([train, validation])
    target, scores = codes(holdout["wanted"], product.target), model.scores(holdout)
    figures = {**evaluate(holdout, target, scores, product), "behaviour": []}
    _, limits = model.scored(holdout)
    assert limits is not None
    assert model.guarantee
    held, widths = holds(product.target, target, scores, limits), sizes(product.target, scores, limits)
    figures["coverage"] = coverage(0.9, model.guarantee.rows, held, widths, {"place": holdout["place"]}, {})
    figures["weak"] = weak_slices(holdout, product.contract.features, holdout["size"].to_numpy() > 0.5)
    drawn = {**curves(target, scores, product.target), "effects": effects(model, holdout)}
    decision = {"action": "promote", "model": "a" * 64, "why": "first model", "when": "2026-01-01T00:00:00+00:00"}
    values = {name: one["value"] for name, one in figures["metrics"].items()}
    return Facts(
        product=product,
        paths=Paths(Path("nowhere")),
        verdicts=[data.contract([]), *model_gates({**figures, "megabytes": 1.0}, product)],
        table=stored(summary(whole, product)),
        parts={"train": len(train), "validation": len(validation), "holdout": len(holdout)},
        metrics=stored(figures),
        curves=stored(drawn),
        labels={} if task == "regression" else stored(label_suspects(seen, trained.unseen, product.contract)),
        decisions=[{**decision, "metrics": values}] * 3,
        champion="a" * 64,
        challenger="a" * 64,
        provenance={"git commit": "none"},
    )


def stored(figures: dict[str, Any]) -> dict[str, Any]:
    """As they come back from a file."""
    read: dict[str, Any] = json.loads(as_json(figures))
    return read
