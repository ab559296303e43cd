"""Stage 4: train on train and validation, or take the given model file; the hold-out is not read."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

from core.base import terminal
from core.base.digits import rounded
from core.base.files import write_json
from core.base.paths import Paths
from core.model import external
from core.model.decision import Rule
from core.model.suspicious_labels import label_suspects
from core.model.training import fit
from core.spec.product import Product
from core.spec.yaml_file import load
from core.table import typed


def _tables(paths: Paths, declared: Product) -> Iterator[pd.DataFrame]:
    """Train and validation; each is read when it is needed."""
    return (typed.read(paths.part(name), declared)[0] for name in ("train", "validation"))


def _labels(scores: np.ndarray, paths: Paths, declared: Product) -> dict[str, Any]:
    """The suspicious labels among the rows that training scored unseen; none of a regression."""
    if declared.target.task == "regression":
        return {}
    train, validation = _tables(paths, declared)
    is_crossed = len(scores) == len(train) + len(validation)
    rows = pd.concat([train, validation], ignore_index=True) if is_crossed else validation
    listed: dict[str, Any] = rounded(label_suspects(rows, scores, declared.contract))
    return listed


def main(product: Annotated[str, typer.Argument(help="Name or folder of a product.")]) -> None:
    """Leave the model in model/."""
    paths = Paths.of(product)
    with terminal.stage("model_preparation") as remarks, terminal.progress() as bar:
        declared = load(product)
        if declared.model.file is not None:
            given = external.load(declared, paths.root, next(_tables(paths, declared)))
            if declared.decision is not None:
                given.rule = Rule.of(declared.decision, np.zeros(0), np.zeros(0))
            given.save(paths.model)
            write_json({}, paths.figures("labels"))  # nobody knows which rows a given model has seen
            remarks.append(f"given, not trained here: {declared.model.file}")
            return
        settings = declared.model
        paths.search.unlink(missing_ok=True)
        if settings.search is not None:
            from core.search.search import search  # imported here: Optuna costs a second

            train, validation = _tables(paths, declared)
            settings, tried = search(declared, train, validation, paths.trials, terminal.console.print)
            del train, validation  # read again one by one, to save memory
            write_json(rounded(tried), paths.search)
            remarks.append(f"the best of {len(tried['trials'])} settings by cross-validation")
        task = bar.add_task("training", total=None)
        trained = fit(
            declared.contract,
            settings,
            _tables(paths, declared),
            lambda made, most: bar.update(task, completed=made, total=most),
            split=declared.split,
            coverage=declared.coverage,
            slices=declared.gates.slices.columns,
        )
        if declared.abstain and trained.model.guarantee is not None:
            trained.model.guarantee = replace(trained.model.guarantee, abstain=True)
        if declared.decision is not None:
            trained.model.rule = Rule.of(declared.decision, trained.actual, trained.unseen, trained.weights)
        trained.model.save(paths.model)
        write_json(_labels(trained.unseen, paths, declared), paths.figures("labels"))
        remarks += trained.remarks


if __name__ == "__main__":
    typer.run(main)
