"""NannyML's estimates of accuracy (CBPE) or mean absolute error (DLE): nannyml_estimates.py INPUT.npz OUTPUT.npz ...

INPUT has of the hold-out `held_scores` (n,) or (n, K), `held_target` (n,) and `held` (n, F), features, and of mixtures
of as many `rows` each `scores` and `features`; `categorical`, bool (F,), whose features are codes; `is_regression`.
OUTPUT has `estimates`, one a mixture, and `seconds` of a processor.
"""

import os
import sys
import time
import warnings
from typing import Any

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import nannyml
import numpy as np
import pandas as pd

warnings.simplefilter("ignore")


def frame(scores: np.ndarray, features: np.ndarray, categorical: np.ndarray, is_regression: bool) -> pd.DataFrame:
    columns = {f"feature {place}": pd.Series(features[:, place]) for place in range(features.shape[1])}
    for name, is_category in zip(columns, categorical, strict=True):
        if is_category:
            columns[name] = columns[name].astype("category")
    table = pd.DataFrame(columns)
    if is_regression:
        return table.assign(answer=scores)
    if scores.ndim == 1:
        return table.assign(answer=(scores >= 0.5).astype(int), score=scores)
    return table.assign(answer=scores.argmax(axis=1)).join(pd.DataFrame(scores).add_prefix("score "))


def estimator(table: pd.DataFrame, scores: np.ndarray, is_regression: bool, rows: int) -> Any:
    columns = {"y_pred": "answer", "y_true": "truth", "chunk_size": rows}
    if is_regression:
        features = [name for name in map(str, table) if name.startswith("feature")]
        quiet = {"verbosity": -1}
        return nannyml.DLE(metrics=["mae"], feature_column_names=features, hyperparameters=quiet, **columns)
    if scores.ndim == 1:
        kind: dict[str, Any] = {"y_pred_proba": "score", "problem_type": "classification_binary"}
    else:
        names = {number: f"score {number}" for number in range(scores.shape[1])}
        kind = {"y_pred_proba": names, "problem_type": "classification_multiclass"}
    return nannyml.CBPE(metrics=["accuracy"], **kind, **columns)


if __name__ == "__main__":
    for source, output in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        given = np.load(source)
        is_regression, rows = bool(given["is_regression"]), int(given["rows"])
        held = frame(given["held_scores"], given["held"], given["categorical"], is_regression)
        truth = given["held_target"] if is_regression else given["held_target"].astype(int)
        mixtures = frame(given["scores"], given["features"], given["categorical"], is_regression)
        began = time.process_time()
        fitted = estimator(held, given["held_scores"], is_regression, rows).fit(held.assign(truth=truth))
        estimated = fitted.estimate(mixtures).filter(period="analysis").to_df()
        estimates = estimated[("mae" if is_regression else "accuracy", "value")].to_numpy()
        np.savez(output, estimates=estimates, seconds=time.process_time() - began)
