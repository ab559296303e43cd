"""The pipeline's own training on folds of a prepared table: a program as in quality_models.py."""

import json
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.model_selection import train_test_split

from core.base.paths import Paths
from core.model.training import fit
from core.spec.estimator import Model
from core.spec.yaml_file import load
from core.table import typed


def main() -> None:
    settings, folder, task, _, *numbers = sys.argv[1:]
    product = load(folder)
    rows, _ = typed.read(Paths.of(folder).raw, product)
    estimator = Model.model_validate(product.model.model_dump(exclude_unset=True) | json.loads(settings))
    folds = np.load(Path(folder) / "folds.npz")
    for number in map(int, numbers):
        train, test = rows.iloc[folds[f"train_{number}"]], rows.iloc[folds[f"test_{number}"]]
        began, began_of_processors = time.perf_counter(), time.process_time()
        kinds = None if task == "regression" else train[product.target.name]
        inside, validation = train_test_split(train, test_size=0.2, stratify=kinds, random_state=0)
        model = fit(product.contract, estimator, (inside, validation)).model
        trained, of_processors = time.perf_counter(), time.process_time() - began_of_processors
        scores = model.scores(test)
        predict = time.perf_counter() - trained
        np.save(Path(folder) / f"scores_{number}.npy", scores)
        seconds = {"train": trained - began, "processors": of_processors, "predict": predict}
        print(json.dumps({"fold": number, **seconds}), flush=True)


if __name__ == "__main__":
    main()
