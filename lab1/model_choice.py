"""Not a stage: how the classifier was chosen. Each train city is left out once; no test city is ever read.

Run it after data_preprocessing.py. Scaler and classifier are fitted anew without the city that is left out.
"""

import sys
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from sklearn.base import ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

HERE = Path(__file__).resolve().parent


def candidates() -> dict[str, ClassifierMixin]:
    """The classifiers that are compared, simplest first."""
    return {
        "logistic regression": LogisticRegression(),
        "SVC, Gaussian kernel": SVC(),
        "SVC, C=10": SVC(C=10),
        "boosted trees": HistGradientBoostingClassifier(random_state=0),
    }


def compare(rows: pd.DataFrame) -> pd.DataFrame:
    """Accuracy, balanced accuracy and F1 of each candidate on cities it has not seen (column city)."""
    values, truth = rows.drop(columns=["city", "date", "anomaly", "kind"]), rows["anomaly"]
    table = {}
    for name, classifier in candidates().items():
        pipeline = make_pipeline(StandardScaler(), classifier)
        answer = cross_val_predict(pipeline, values, truth, groups=rows["city"], cv=LeaveOneGroupOut())
        scores = (accuracy_score, balanced_accuracy_score, f1_score)
        table[name] = [float(score(truth, answer)) for score in scores]
    return pd.DataFrame.from_dict(table, orient="index", columns=["accuracy", "balanced", "f1"])


def main(
    folder: Annotated[Path, typer.Option("--data", help="Folder with features/train.")] = HERE / "data",
) -> None:
    """Compare classifiers by leaving out one train city at a time."""
    paths = sorted((folder / "features/train").glob("*.csv"))
    if len(paths) < 2:
        sys.exit(f"model_choice.py: {folder}/features/train: too few cities; run data_preprocessing.py")
    rows = pd.concat([pd.read_csv(path).assign(city=path.stem) for path in paths], ignore_index=True)
    print(compare(rows).round(3).to_string())


if __name__ == "__main__":
    typer.run(main)
