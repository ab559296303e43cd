"""Measures a model on the rows it did not see, each figure with its uncertainty."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import skops.io
import typer
from catboost import CatBoostClassifier
from ruamel.yaml import YAML
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lab4.train import TARGET, split


def load(folder: Path) -> Any:
    """The model of a folder that train.py wrote. skops loads known, harmless types alone."""
    if (folder / "model.cbm").exists():
        return CatBoostClassifier().load_model(str(folder / "model.cbm"))
    return skops.io.load(folder / "model.skops", trusted=["numpy.dtype"])


def measure(y: np.ndarray[Any, Any], p: np.ndarray[Any, Any]) -> dict[str, float]:
    """Accuracy, ROC AUC and log loss of probabilities p for labels y (0 or 1), both of shape (rows,).

    accuracy_se is the binomial standard error sqrt(a (1 - a) / rows) of the accuracy a.
    baseline is the accuracy of always naming the more frequent class.
    """
    accuracy = float(accuracy_score(y, p >= 0.5))
    return {
        "accuracy": accuracy,
        "accuracy_se": float(np.sqrt(accuracy * (1 - accuracy) / len(y))),
        "roc_auc": float(roc_auc_score(y, p)),
        "log_loss": float(log_loss(y, p)),
        "baseline": float(max(np.mean(y), 1 - np.mean(y))),
        "rows": len(y),
    }


def main(
    source: Annotated[Path, typer.Option("--input", help="The version's CSV.")] = Path("titanic.csv"),
    model: Annotated[Path, typer.Option(help="Folder that train.py wrote.")] = Path("model"),
    params: Annotated[Path, typer.Option(help="Parameters, composed by Hydra.")] = Path("params.yaml"),
    output: Annotated[Path, typer.Option(help="JSON with the metrics.")] = Path("metrics.json"),
) -> None:
    """Evaluate one model."""
    _, holdout = split(pd.read_csv(source), YAML(typ="safe").load(params))
    p = load(model).predict_proba(holdout.drop(columns=TARGET))[:, 1]
    metrics = {name: round(value, 4) for name, value in measure(holdout[TARGET].to_numpy(), p).items()}
    output.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    print(f"evaluate.py: accuracy {metrics['accuracy']:.3f} on {len(holdout)} rows", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
