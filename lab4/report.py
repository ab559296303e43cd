"""Writes report.md and report.html from what the other stages left behind, and prints the pipeline's result line."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lab4.store.document import Block, Code, Flow, Heading, Image, Paragraph, Table, to_html, to_markdown
from lab4.store.stop import Stop, one_message

HERE: Final = Path(__file__).resolve().parent
TITLE: Final = "Data versions of the Titanic table"


def versions(published: dict[str, Any]) -> list[Block]:
    """What was published where, and what each version changed."""
    place, rows = published["remote"], published["versions"]
    file = published["file"]
    summary = [
        [
            f"`{v['name']}`",
            v["message"],
            f"`{v['commit'][:10]}`",
            f"{v['profile']['rows']:,}",
            str(len(v["profile"]["columns"])),
            str(sum(c["missing"] for c in v["profile"]["columns"])),
            f"{v['profile']['bytes']:,}",
        ]
        for v in rows
    ]
    hashes = [[f"`{v['name']}`", f"`{v['profile']['md5']}`", f"`{v['profile']['sha256']}`"] for v in rows]
    changed = [[f"`{v['name']}`", f"`{v['script']}`", "; ".join(v["changes"]) or "the first version"] for v in rows]
    return [
        Heading("The versions"),
        Paragraph(
            f"One file, `{file}`, in {len(rows)} versions. Each is a git commit with an annotated tag; git holds the "
            "file's hash, the DVC remote its bytes."
        ),
        Table(["version", "what it is", "commit", "rows#", "columns#", "missing#", "bytes#"], summary),
        Paragraph("What each version changed in the one before it, found by comparing the files cell by cell:"),
        Table(["version", "made by", "changes"], changed),
        Paragraph(f"In this run the raw table was {published['source']}."),
        Paragraph("Their hashes. DVC names a file's object in the remote by its md5:"),
        Table(["version", "md5", "sha256"], hashes),
        Heading("The remote"),
        Table(
            ["what", "where"],
            [[f"data, {place['kind']}", f"`{place['address']}`"], ["history, git", f"`{place['git']}`"]],
        ),
    ]


def schema(published: dict[str, Any]) -> list[Block]:
    """Every column in every version: its kind, missing values and mean."""
    tables = {v["name"]: {c["name"]: c for c in v["profile"]["columns"]} for v in published["versions"]}
    names = list(dict.fromkeys(name for columns in tables.values() for name in columns))

    def cell(column: dict[str, Any] | None) -> str:
        if column is None:
            return "-"
        missing = f", {column['missing']} missing" if column["missing"] else ""
        mean = "" if column["mean"] is None else f", mean {column['mean']:.3f}"
        return f"{column['kind']}{missing}{mean}"

    rows = [[f"`{name}`", *(cell(columns.get(name)) for columns in tables.values())] for name in names]
    return [Heading("The schema"), Table(["column", *(f"`{name}`" for name in tables)], rows)]


def switching(proof: dict[str, Any]) -> list[Block]:
    rows = [
        [
            str(i),
            f"`{v['version']}`",
            "remote" if v["fetched"] else "cache",
            f"{v['rows']:,}",
            ", ".join(v["columns"]),
            str(v["missing"]),
            f"`{v['sha256'][:12]}`",
        ]
        for i, v in enumerate(proof["visits"], 1)
    ]
    return [
        Heading("Switching, proven"),
        Paragraph(
            "The published git repository was cloned into an empty folder with an empty cache, and the versions were "
            "visited in this order with `git checkout` and `dvc pull`; a version met again came from the clone's own "
            "cache. Rows, columns, missing values, means and "
            "hashes were compared with what was published; one difference would have stopped the run."
        ),
        Table(["visit#", "version", "came from", "rows#", "columns", "missing#", "sha256 begins"], rows),
        Paragraph(
            f"Then back to `main`, commit `{proof['main']['commit'][:10]}`: {proof['main']['fetched']} more objects "
            "came from the remote, and `dvc status` found nothing that would have to be computed again."
        ),
    ]


def dag(found: dict[str, Any]) -> list[Block]:
    stages, metrics = found["stages"], found["metrics"]
    rows = [
        [f"`{s['name']}`", s["desc"], ", ".join(f"`{d}`" for d in s["deps"]), ", ".join(f"`{o}`" for o in s["outs"])]
        for s in stages
    ]
    return [
        Heading("The pipeline as a DAG"),
        Paragraph("`dvc repro` ran these stages; the data stages made the published versions again, byte for byte."),
        Flow([(s["name"], s["desc"]) for s in stages]),
        Table(["stage", "what it does", "reads", "writes"], rows),
        Paragraph("As `dvc dag` draws it. `titanic.csv.dvc` is the versioned file itself; no stage reads it:"),
        Code(found["drawing"]),
        Paragraph(
            f"The model of this run: accuracy {metrics['accuracy']:.3f} ± {metrics['accuracy_se']:.3f} on "
            f"{metrics['rows']} rows it had not seen, ROC AUC {metrics['roc_auc']:.3f}; always naming the more "
            f"frequent class gives {metrics['baseline']:.3f}. Its parameters, composed by Hydra:"
        ),
        Code(found["params"].strip()),
    ]


def experiments(found: dict[str, Any] | None, picture: Path) -> list[Block]:
    head = Heading("Experiments")
    if not found:
        return [head, Paragraph("Not run for this state of the pipeline. `bash lab4/pipeline.sh --experiments` does.")]
    rows = found["rows"]
    best = rows[0]
    near = sum(r["accuracy"] >= best["accuracy"] - best["accuracy_se"] for r in rows)
    lines = [
        [
            f"`{r['experiment']}`",
            r["features"],
            r["model"],
            *(str(r[k]) if r[k] else "-" for k in ("depth", "iterations")),
            f"{r['accuracy']:.3f} ± {r['accuracy_se']:.3f}",
            f"{r['roc_auc']:.3f}",
            f"{r['log_loss']:.3f}",
        ]
        for r in rows
    ]
    return [
        head,
        Paragraph(
            f"{len(rows)} combinations of data version and model, queued and run by `dvc exp run`, sorted by accuracy. "
            f"{near} of them are within one standard error of the best, so take the order as a hint, not as a verdict."
        ),
        Image(picture, "Accuracy of each experiment with its standard error"),
        Table(["experiment", "data", "model", "depth#", "trees#", "accuracy#", "ROC AUC#", "log loss#"], lines),
    ]


def main(
    reports: Annotated[Path, typer.Option(help="Folder of the stages' JSON files, and of the report.")] = HERE
    / "reports",
) -> None:
    """Write the report."""
    with one_message("report.py"):

        def read(name: str) -> Any:
            return json.loads((reports / name).read_text(encoding="utf-8"))

        published, graph, proof = read("published.json"), read("dag.json"), read("switching.json")
        if proof["main"]["commit"] != graph["commit"]:
            raise Stop(
                f"{reports / 'switching.json'} proves another commit than {reports / 'dag.json'}: run both again"
            )
        tried = read("experiments.json") if (reports / "experiments.json").exists() else None
        if tried and tried["commit"] != graph["commit"]:
            tried = None
        names = " ".join(version["name"] for version in published["versions"])
        result = f"Data versions published and verified: {names}"
        blocks: list[Block] = [
            Heading(TITLE, 1),
            Paragraph(f"{result}. Everything on this page was written by the run itself; nothing was typed in."),
            *versions(published),
            *schema(published),
            *switching(proof),
            *dag(graph),
            *experiments(tried, reports / "experiments.png"),
        ]
        (reports / "report.md").write_text(to_markdown(blocks), encoding="utf-8")
        (reports / "report.html").write_text(to_html(TITLE, blocks), encoding="utf-8")
    print(result)


if __name__ == "__main__":
    typer.run(main)
