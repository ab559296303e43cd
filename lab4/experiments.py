"""Tries combinations of data version and model as DVC experiments, queued and run from the workspace.

`dvc exp run` composes the Hydra groups in conf/ into params.yaml for each of them. The workspace's own files stay
as they are: queued experiments run in copies, and their results are kept under git's refs/exps.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Final

import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lab4.store import git
from lab4.store.stop import Stop, one_message

HERE: Final = Path(__file__).resolve().parent
METRICS: Final = ("accuracy", "accuracy_se", "roc_auc", "log_loss", "baseline", "rows")


def dvc(workspace: Path, *arguments: str) -> str:
    """What a dvc command prints, run in this process, since starting another one takes a second."""
    from dvc.cli import main as cli

    text = StringIO()
    with chdir(workspace), redirect_stdout(text):
        failed = cli(list(arguments))
    if failed:
        raise Stop(f"dvc {' '.join(arguments)} failed in {workspace}: {text.getvalue().strip()}")
    return text.getvalue()


def clear(workspace: Path) -> None:
    """Ends workers that a killed run left, and forgets its experiments."""
    dvc(workspace, "queue", "stop", "--kill")
    dvc(workspace, "queue", "remove", "--all")
    dvc(workspace, "exp", "remove", "--all-commits")


def queue(workspace: Path, features: str, depth: str, iterations: str) -> int:
    """Queues the grid in two sweeps, since only one of the models has a depth; returns how many were queued."""
    logistic = ["model=logistic"]
    catboost = ["model=catboost", f"model.depth={depth}", f"model.iterations={iterations}"]
    said = ""
    for overrides in (logistic, catboost):
        choices = [f"-S={override}" for override in (f"features={features}", *overrides)]
        said += dvc(workspace, "exp", "run", "--queue", *choices)
    return said.count("Queued experiment")


def run(workspace: Path, jobs: int, log: Path) -> None:
    """Runs what is queued; all that DVC says goes to the log, a line for each result that it shows to stderr."""
    command = [sys.executable, "-m", "dvc", "exp", "run", "--run-all", "--jobs", str(jobs)]
    merged = subprocess.STDOUT
    trained = ""
    with (
        log.open("w", encoding="utf-8") as file,
        subprocess.Popen(command, cwd=workspace, text=True, stdout=subprocess.PIPE, stderr=merged) as process,
    ):
        try:
            for line in process.stdout or ():
                file.write(line)
                program, _, message = line.strip().partition(": ")
                if program == "train.py":
                    trained = message
                if program == "evaluate.py":
                    print(f"experiments.py: {trained}: {message}", file=sys.stderr)
        except BaseException:
            process.terminate()
            dvc(workspace, "queue", "stop", "--kill")
            raise


def results(text: str) -> list[dict[str, Any]]:
    """The experiments that succeeded, best first, from what `dvc exp show --csv` prints.

    A failed one is listed there too, and with the metrics of the commit it started from.
    """
    rows = [row for row in csv.DictReader(StringIO(text)) if row["Experiment"] and row["State"] == "Success"]
    found = [
        {
            "experiment": row["Experiment"],
            "features": row["features.name"],
            "model": row["model.name"],
            "depth": int(row["model.depth"]) if row.get("model.depth") else None,
            "iterations": int(row["model.iterations"]) if row.get("model.iterations") else None,
            **{metric: float(row[metric]) for metric in METRICS},
        }
        for row in rows
    ]
    return sorted(found, key=lambda r: (-r["accuracy"], r["log_loss"]))


def label(row: dict[str, Any]) -> str:
    trees = f" depth {row['depth']}, {row['iterations']} trees" if row["depth"] else ""
    return f"{row['features']} {row['model']}{trees}"


def plot(rows: list[dict[str, Any]], paths: Iterable[Path]) -> None:
    """Accuracies with one standard error to each side, best on top; the dashed line is the trivial answer's."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams.update({"svg.hashsalt": "lab4", "svg.fonttype": "none", "font.size": 10})
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.32 * len(rows)), layout="constrained")
    for model, colour in (("logistic", "#b45309"), ("catboost", "#0f766e")):
        picked = [(i, r) for i, r in enumerate(reversed(rows)) if r["model"] == model]
        places = [i for i, _ in picked]
        values = [r["accuracy"] for _, r in picked]
        errors = [r["accuracy_se"] for _, r in picked]
        axes.errorbar(values, places, xerr=errors, fmt="o", color=colour, ecolor=colour, capsize=3, label=model)
    axes.axvline(rows[0]["baseline"], color="#6b7280", linestyle="--", label="always the more frequent class")
    axes.set_yticks(range(len(rows)), [label(r) for r in reversed(rows)])
    axes.set_xlabel(f"accuracy on {int(rows[0]['rows'])} rows the model has not seen, ± 1 standard error")
    axes.grid(axis="x", color="#e5e7eb")
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    for path in paths:
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)


def main(
    workspace: Annotated[Path, typer.Option(help="The git and DVC repository.")] = HERE / "workspace",
    reports: Annotated[Path, typer.Option(help="Folder for experiments.*.")] = HERE / "reports",
    features: Annotated[str, typer.Option(envvar="EXP_FEATURES", help="Data versions.")] = "v1,v2,v3",
    depth: Annotated[str, typer.Option(envvar="EXP_DEPTH", help="CatBoost's tree depths.")] = "2,6",
    iterations: Annotated[str, typer.Option(envvar="EXP_ITERATIONS", help="Numbers of trees.")] = "50,200",
    jobs: Annotated[int, typer.Option(envvar="EXP_JOBS", help="Experiments at a time.")] = 2,
) -> None:
    """Run the grid of experiments."""
    with one_message("experiments.py"):
        workspace = workspace.absolute()
        git.isolate(workspace)
        os.environ["PYTHONUNBUFFERED"] = "1"
        if not (workspace / "dvc.lock").exists():
            raise Stop(f"{workspace} has no pipeline yet: run pipeline.sh first")
        reports.mkdir(parents=True, exist_ok=True)
        clear(workspace)
        total = queue(workspace, features, depth, iterations)
        print(f"experiments.py: {total} experiments queued", file=sys.stderr)
        run(workspace, jobs, reports / "experiments.log")
        rows = results(dvc(workspace, "exp", "show", "--csv"))
        if len(rows) != total or not rows:
            raise Stop(f"{total - len(rows)} of {total} experiments failed, see {reports / 'experiments.log'}")
        print(f"experiments.py: {total} of {total} succeeded, best: {label(rows[0])}", file=sys.stderr)
        plot(rows, [reports / "experiments.png", reports / "experiments.svg"])
        result = {"commit": git.git(workspace, "rev-parse", "HEAD"), "rows": rows}
        (reports / "experiments.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
