"""Puts the DAG (raw -> filled -> one-hot -> train -> evaluate) into the workspace, runs it and publishes it.

Its data stages must make the published versions again, byte for byte.
"""

import json
import os
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Final

import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lab4.store import data, git, remote
from lab4.store.profile import profile
from lab4.store.stop import Stop, one_message

HERE: Final = Path(__file__).resolve().parent
OUTPUTS: Final = {"v1": "data/raw.csv", "v2": "data/filled.csv", "v3": "data/one_hot.csv"}


def lay_out(template: Path, requirements: Path, workspace: Path) -> None:
    """The template's files, the lock, and params.yaml composed from conf/ just as `dvc exp run` will do it."""
    from dvc.utils.hydra import compose_and_dump

    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(template, workspace, dirs_exist_ok=True, ignore=ignore)
    for name in ("data_creation.py", "fill_age.py", "one_hot_sex.py"):
        shutil.copyfile(HERE / name, workspace / name)
    shutil.copyfile(requirements, workspace / "requirements.txt")
    params = workspace / "params.yaml"
    compose_and_dump(params, str(workspace / "conf"), None, "config", str(workspace), [])


def dvc(workspace: Path, *arguments: str) -> None:
    """A dvc command whose output goes to stderr. Raises Stop when it fails; it has then said why."""
    command = [sys.executable, "-m", "dvc", *arguments]
    if subprocess.run(command, cwd=workspace, stdout=sys.stderr, check=False).returncode:
        raise Stop(f"dvc {' '.join(arguments)} failed in {workspace}, see above")


def draw(workspace: Path) -> str:
    """What `dvc dag` prints."""
    from dvc.cli import main as cli

    text = StringIO()
    with chdir(workspace), redirect_stdout(text):
        failed = cli(["dag"])
    if failed:
        raise Stop(f"dvc dag failed in {workspace}")
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()).strip("\n")


def compare(workspace: Path, published: list[dict[str, Any]]) -> None:
    """Raises Stop when a data stage made something else than the version that was published."""
    for version in published:
        path = workspace / OUTPUTS[version["name"]]
        found, expected = profile(path).md5, version["profile"]["md5"]
        if found != expected:
            raise Stop(f"{path}: the stage made md5 {found}, {version['name']} was published as {expected}")


def stages(workspace: Path) -> list[dict[str, Any]]:
    """Each stage with what it reads and writes, from the repository itself."""
    with data.opened(workspace) as repo:
        found = [stage for stage in repo.index.stages if not stage.is_data_source]
        return [
            {
                "name": stage.name,
                "desc": stage.desc,
                "cmd": stage.cmd,
                "deps": [str(d) for d in stage.deps if not hasattr(d, "params")],
                "outs": [str(o) for o in stage.outs],
            }
            for stage in found
        ]


def main(
    workspace: Annotated[Path, typer.Option(help="The git and DVC repository.")] = HERE / "workspace",
    template: Annotated[Path, typer.Option(help="The DAG's files.")] = HERE / "template",
    requirements: Annotated[Path, typer.Option(help="The lock.")] = HERE.parent / "requirements.txt",
    remotes: Annotated[Path, typer.Option(help="Folder of the local remotes.")] = HERE / "remote",
    reports: Annotated[Path, typer.Option(help="Folder for dag.json.")] = HERE / "reports",
) -> None:
    """Run and publish the DAG."""
    with one_message("reproduce.py"):
        workspace = workspace.absolute()
        git.isolate(workspace)
        storage = remote.from_environment(os.environ, remotes.absolute() / "dvc")
        published = json.loads((reports / "published.json").read_text(encoding="utf-8"))["versions"]
        lay_out(template, requirements, workspace)
        dvc(workspace, "repro")
        compare(workspace, published)
        data.push(workspace, storage, "dvc push of the DAG's outputs")
        git.commit(workspace, "The pipeline: dvc.yaml, experiments in conf/")
        git.git(workspace, "push", "--quiet", "origin", "main")
        result = {
            "commit": git.git(workspace, "rev-parse", "HEAD"),
            "drawing": draw(workspace),
            "stages": stages(workspace),
            "metrics": json.loads((workspace / "metrics.json").read_text(encoding="utf-8")),
            "params": (workspace / "params.yaml").read_text(encoding="utf-8"),
        }
        (reports / "dag.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
