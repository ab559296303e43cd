"""Stage 3: trains the classifier of "the reading of this day is anomalous"; saves it with its scaler.

The two kinds of files, and why nothing is scaled twice. The classifier is trained on `scaled/train`, which
stage 2 made with its scaler. What is saved is a pipeline of that same scaler, already fitted, and the
classifier: it takes unscaled rows, those of `features/`, and scales them itself. Whoever serves the model
therefore needs one file and cannot scale differently, forget to, or do it twice. Before training, this stage
checks that the scaler turns `features/train` into `scaled/train`; files of different runs are refused.

The classifier is a support vector machine with a Gaussian kernel at scikit-learn's defaults, which suit
scaled features (gamma is 1 / number of features); `model_choice.py` compares it with others, without the
test cities. Training uses no random numbers, so it needs no seed.
"""

import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import skops.io
import typer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

HERE = Path(__file__).resolve().parent
DATA, SCALER, MODEL = HERE / "data", HERE / "model/scaler.skops", HERE / "model/model.skops"
LABELS = ["date", "anomaly", "kind"]
TRUSTED: list[str] = []  # reviewed: a StandardScaler needs no type beyond those that skops itself trusts
AGAIN = "run data_preprocessing.py again"


class InputError(ValueError):
    """A file that this stage cannot use; the message names file, place, reason and remedy."""


def read_scaler(path: Path) -> StandardScaler:
    """The scaler of stage 2, of reviewed types only; raises InputError."""
    try:
        scaler = skops.io.load(path, trusted=TRUSTED)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run data_preprocessing.py first") from None
    except Exception as error:  # a broken file fails in many ways inside skops, and all mean the same
        raise InputError(f"{path}: not a scaler that can be loaded ({error}); {AGAIN}") from None
    if not isinstance(scaler, StandardScaler) or not hasattr(scaler, "feature_names_in_"):
        raise InputError(f"{path}: {type(scaler).__name__} is no fitted StandardScaler; {AGAIN}")
    return scaler


def read_table(folder: Path, names: list[str]) -> pd.DataFrame:
    """Labels and the named features of all cities of a folder, by file name; raises InputError."""
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        raise InputError(f"{folder}: no CSV files there; run data_preprocessing.py first")
    tables = []
    for path in paths:
        try:
            table = pd.read_csv(path, index_col=False, skip_blank_lines=False, keep_default_na=False)
        except (ValueError, OSError) as error:
            raise InputError(f"{path}: cannot be read as CSV ({error}); {AGAIN}") from None
        if missing := [column for column in [*LABELS, *names] if column not in table]:
            raise InputError(f"{path}: no column {', '.join(missing)}; {AGAIN}")
        for column in ["anomaly", *names]:
            bad = ~np.isfinite(pd.to_numeric(table[column], errors="coerce"))
            if bad.any():
                line = int(np.argmax(bad)) + 2
                raise InputError(f"{path}, line {line}: column {column} must be a number; {AGAIN}")
        tables.append(table[[*LABELS, *names]])
    return pd.concat(tables, ignore_index=True)


def read_training_rows(data: Path, scaler: StandardScaler) -> pd.DataFrame:
    """The rows of scaled/train, checked to be what the scaler makes of features/train; raises InputError."""
    names = list(scaler.feature_names_in_)
    unscaled, scaled = read_table(data / "features/train", names), read_table(data / "scaled/train", names)
    same_days = unscaled[LABELS].equals(scaled[LABELS])
    if not same_days or not np.allclose(scaler.transform(unscaled[names]), scaled[names], rtol=0, atol=1e-9):
        raise InputError(f"{data / 'scaled/train'}: not what the scaler makes of features/train; {AGAIN}")
    if scaled["anomaly"].nunique() != 2:
        raise InputError(f"{data / 'scaled/train'}: column anomaly must have two values; {AGAIN}")
    return scaled


def train(scaled: pd.DataFrame, anomaly: pd.Series, scaler: StandardScaler) -> Pipeline:
    """A pipeline of the fitted scaler and a classifier fitted on rows that this scaler has scaled already."""
    return Pipeline([("scaler", scaler), ("classifier", SVC().fit(scaled, anomaly))])


def write(path: Path, content: bytes) -> None:
    """Write beside the place and rename: a killed run leaves the earlier file whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(f".{path.name}.new").write_bytes(content)
    path.with_name(f".{path.name}.new").replace(path)


def main(
    data: Annotated[Path, typer.Option(help="Folder with features/train and scaled/train.")] = DATA,
    scaler_file: Annotated[Path, typer.Option("--scaler", help="The scaler of stage 2.")] = SCALER,
    model_file: Annotated[Path, typer.Option("--model", help="Where the model goes.")] = MODEL,
) -> None:
    """Train on the train cities and save scaler and classifier as one object."""
    try:
        scaler = read_scaler(scaler_file)
        rows = read_training_rows(data, scaler)
        model = train(rows[list(scaler.feature_names_in_)], rows["anomaly"], scaler)
        write(model_file, skops.io.dumps(model))
    except (InputError, OSError) as error:
        sys.exit(f"model_preparation.py: {error}")
    print(f"model_preparation.py: trained on {len(rows)} days, saved {model_file}", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
