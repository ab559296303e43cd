"""Stage 3: trains the classifier of "the reading of this day is anomalous" and saves it together with its scaler.

The model is one pipeline: it takes the unscaled rows of `features/` and scales them itself. The classifier is a support
vector machine with a Gaussian kernel at scikit-learn's defaults, which suit scaled features (gamma is 1 / number of
features). Training draws no random numbers, so it needs no seed.
"""

import sys
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the script runs alone, from any directory
from lab1.inputs import FEATURES, read_cities, run_stage
from tools.skops_bytes import dumps

HERE = Path(__file__).resolve().parent


def train(rows: pd.DataFrame) -> Pipeline:
    """Scaler and classifier, fitted on rows of features with their labels."""
    return make_pipeline(StandardScaler(), SVC()).fit(rows[FEATURES], rows["anomaly"])


def main(
    data: Annotated[Path, typer.Option(help="Folder with features/train.")] = HERE / "run/data",
    model_file: Annotated[Path, typer.Option("--model", help="Where the model goes.")] = HERE / "run/model.skops",
) -> None:
    """Train on the train cities and save scaler and classifier as one object."""
    rows = read_cities(data / "features/train", FEATURES, "data_preprocessing.py")
    content = dumps(train(rows))
    model_file.parent.mkdir(parents=True, exist_ok=True)
    model_file.write_bytes(content)
    print(f"model_preparation.py: trained on {len(rows)} days", file=sys.stderr)


if __name__ == "__main__":
    run_stage(main)
