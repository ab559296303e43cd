"""Writes reports/report.md and its plot from versions.yaml, git, the tables and what the other stages left there.

The committed lab4/report.md is a copy of what a run with the default remote writes.
"""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import jinja2
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib import style
from ruamel.yaml import YAML

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lab4.project import environment, run
from lab4.versions import Version, load

HERE: Final = Path(__file__).resolve().parent
REPORTS: Final = HERE / "reports"


def describe(version: Version) -> dict[str, Any]:
    """What the report tells of a version: its commit from git, its first rows from its table."""
    log = ["git", "log", "-1", "--format=%cs%n%an", version.commit]
    date, author = run(log, HERE, environment(REPORTS)).splitlines()
    lines = (HERE / "data" / f"{version.name}.csv").read_text(encoding="utf-8").splitlines()
    return {**asdict(version), "date": date, "author": author, "head": "\n".join(lines[:7])}


def read_experiments(path: Path) -> pd.DataFrame:
    """The table of experiments; model is the model with its settings."""
    table = pd.read_csv(path, dtype=dict.fromkeys(["model.depth", "model.iterations"], "Int64"))
    table = table.rename(columns={"data.name": "data", "model.name": "model"})
    trees = " depth " + table["model.depth"].astype("str") + ", " + table["model.iterations"].astype("str") + " trees"
    return table.assign(model=table["model"] + trees.where(table["model.depth"].notna(), ""))


def plot(table: pd.DataFrame, path: Path) -> None:
    """Accuracies with one standard error to each side, best on top; the dashed line is the trivial answer's."""
    style.use(HERE.parent / "tools" / "plots.mplstyle")
    figure, axes = plt.subplots(figsize=(8, 1.6 + 0.3 * len(table)), layout="constrained")
    heights = pd.Series(range(len(table), 0, -1), index=table.index)
    for version, rows in table.groupby("data"):
        axes.errorbar(
            rows["accuracy"], heights[rows.index], xerr=rows["accuracy_se"], fmt="o", capsize=3, label=f"data {version}"
        )
    axes.axvline(table["baseline"].iloc[0], color="#555555", linestyle="--", label="always the more frequent class")
    axes.set_yticks(heights, table["data"] + " " + table["model"])
    axes.set_xlabel(f"accuracy on {table['rows'].iloc[0]} hold-out rows, ± 1 standard error")
    axes.set_title(f"Accuracy of {len(table)} experiments, coloured by data version")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.06), ncols=4)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


def main() -> None:
    try:
        proof = json.loads((REPORTS / "proof.json").read_text(encoding="utf-8"))
        fresh = REPORTS / "experiments.csv"
        experiments = read_experiments(fresh if fresh.exists() else HERE / "experiments.csv")
        best = experiments.iloc[0]
        text = jinja2.Template((HERE / "report.md.j2").read_text(encoding="utf-8"), keep_trailing_newline=True).render(
            **proof,
            versions=[describe(version) for version in load()],
            stages=YAML(typ="safe").load(HERE / "dvc.yaml")["stages"],
            experiments=experiments.to_dict("records"),
            near=int((experiments["accuracy"] >= best["accuracy"] - best["accuracy_se"]).sum()),
        )
        plot(experiments, REPORTS / "img" / "experiments.png")
        (REPORTS / "report.md").write_text(text, encoding="utf-8")
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"report.py: {error}")
    print(f"report.py: {REPORTS / 'report.md'}", file=sys.stderr)


if __name__ == "__main__":
    main()
