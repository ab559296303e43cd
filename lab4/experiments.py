"""Tries combinations of data version and model as DVC experiments, queued and run in a fresh clone.

Each argument is one sweep over the Hydra groups of conf/, for example "data=v1,v3 model=logistic"; without arguments it
is GRID. The same `dvc exp run` works by hand in this folder, where the results are kept under git's refs/exps.
"""

import io
import sys
from pathlib import Path
from typing import Final

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lab4.project import cloned
from lab4.remote import Remote
from lab4.versions import LabError

HERE: Final = Path(__file__).resolve().parent
GRID: Final = [
    "data=v1,v2,v3 model=logistic",
    "data=v1,v2,v3 model=catboost model.depth=2,6 model.iterations=50,200",
]
SETTINGS: Final = ["data.name", "model.name", "model.depth", "model.iterations"]
METRICS: Final = ["accuracy", "accuracy_se", "roc_auc", "log_loss", "baseline", "rows"]


def results(shown: str) -> pd.DataFrame:
    """The experiments that succeeded, best first, from what `dvc exp show --csv` prints.

    A failed one is listed there too, with the metrics of the commit from which it started.
    """
    table = pd.read_csv(io.StringIO(shown))
    succeeded = table[table["State"] == "Success"].reindex(columns=[*SETTINGS, *METRICS])
    integers = succeeded.astype({"model.depth": "Int64", "model.iterations": "Int64", "rows": "Int64"})
    return integers.sort_values(["accuracy", "log_loss", "data.name"], ascending=[False, True, True])


def main(sweeps: list[str]) -> None:
    try:
        with cloned(Remote()) as clone:
            clone.dvc("pull")
            queued = ""
            for sweep in sweeps:
                queued += clone.dvc("exp", "run", "--queue", *(f"--set-param={choice}" for choice in sweep.split()))
            total = queued.count("Queued experiment")
            print(f"experiments.py: {total} experiments queued", file=sys.stderr)
            clone.dvc("exp", "run", "--run-all", "--jobs", "2")
            table = results(clone.dvc("exp", "show", "--csv"))
    except (OSError, LabError) as error:
        sys.exit(f"experiments.py: {error}")
    if len(table) != total:
        sys.exit(f"experiments.py: {total - len(table)} of {total} failed; try one by hand: dvc exp run -S data=v1")
    (HERE / "reports").mkdir(exist_ok=True)
    table.to_csv(HERE / "reports" / "experiments.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main(sys.argv[1:] or GRID)
