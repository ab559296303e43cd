"""Makes the workspace, a git and DVC repository, and publishes v1, v2, v3: a commit, a tag and a push each.

A published version never changes. A run that finds it published only makes sure that the remote has it all.
"""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lab4.store import data, git, remote
from lab4.store.profile import Profile, changes, profile
from lab4.store.stop import Stop, one_message

HERE: Final = Path(__file__).resolve().parent
FILE: Final = "titanic.csv"


@dataclass(frozen=True)
class Version:
    """What a version is called and which of the lab's files make it; they are committed with it."""

    name: str
    message: str
    scripts: tuple[str, ...]


VERSIONS: Final = (
    Version(
        "v1",
        "Pclass, Sex, Age and the target of catboost.datasets.titanic()",
        ("data_creation.py", "snapshot/train.csv", "snapshot/.gitattributes"),
    ),
    Version("v2", "Age: missing values filled with the mean of the known ones", ("fill_age.py",)),
    Version("v3", "Sex: one-hot encoded as Sex_female and Sex_male", ("one_hot_sex.py",)),
)


def open_workspace(workspace: Path, published: Path) -> bool:
    """The workspace on its branch main: the one that is there, else a clone of what is published, else new.

    Returns whether it is a clone.
    """
    git.make_published(published)
    if (workspace / ".git").exists() and git.git(workspace, "rev-parse", "--verify", "main", may_fail=True):
        git.settle(workspace)
        git.git(workspace, "checkout", "--quiet", "--force", "main")
        git.git(workspace, "fetch", "--quiet", "--tags", "origin")
        if git.git(published, "rev-parse", "--verify", "main", may_fail=True):
            git.git(workspace, "merge", "--quiet", "--ff-only", "origin/main")
    elif git.git(published, "rev-parse", "--verify", "main", may_fail=True):
        git.clone(published, workspace)
        return True
    else:
        shutil.rmtree(workspace, ignore_errors=True)
        git.make(workspace)
        git.git(workspace, "remote", "add", "origin", str(published))
        data.initialise(workspace)
    return False


def bring_back(workspace: Path, storage: remote.Remote) -> None:
    """Fills a clone from the remote; what the remote lacks is made again and sent to it by this run."""
    try:
        data.pull(workspace, storage, "dvc pull of main")
    except Stop as lacking:
        print(f"publish.py: going on without: {lacking}", file=sys.stderr)


def md5_at(workspace: Path, revision: str) -> str:
    """The table's md5 in a commit, from its .dvc file."""
    text = git.git(workspace, "show", f"{revision}:{FILE}.dvc")
    return next(line.split(":")[1].strip() for line in text.splitlines() if "md5:" in line)


def _undo(workspace: Path) -> None:
    """Back to the last published state, so that the earlier versions can be switched to."""
    if git.git(workspace, "rev-parse", "--verify", "HEAD", may_fail=True):
        git.git(workspace, "reset", "--quiet", "--hard")
        git.git(workspace, "clean", "--quiet", "-fd")
        data.checkout(workspace, FILE)
    else:
        shutil.rmtree(workspace)


def publish(workspace: Path, version: Version, csv: Path, found: Profile, storage: remote.Remote) -> bool:
    """Whether the version is new. The data go first: who sees the tag can have its data."""
    if version.name in git.tags(workspace):
        if (md5 := md5_at(workspace, version.name)) != found.md5:
            raise Stop(
                f"{csv} has md5 {found.md5}, but {version.name} was published with {md5}, and what is published "
                "never changes: undo the change of the steps, or start anew with pipeline.sh --fresh"
            )
        data.keep(workspace, csv, found.md5)
        return False
    for name in version.scripts:
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HERE / name, workspace / name)
    (workspace / FILE).unlink(missing_ok=True)
    shutil.copyfile(csv, workspace / FILE)
    data.add(workspace, FILE)
    try:
        data.push(workspace, storage, f"dvc push of {version.name}", targets=[str(workspace / f"{FILE}.dvc")])
    except Stop:
        _undo(workspace)
        raise
    git.commit(workspace, f"{version.name}: {version.message}")
    git.git(workspace, "tag", "--annotate", version.name, "--message", version.message)
    git.git(workspace, "push", "--quiet", "--atomic", "origin", "main", version.name)
    return True


def describe(workspace: Path, version: Version, found: Profile, new: bool, changed: list[str]) -> dict[str, Any]:
    """What the report says of a version; message, date and commit are read back from the repository."""
    line = git.git(workspace, "log", "-1", "--format=%H%x00%cI", version.name)
    identity, date = line.split("\0")
    message = git.git(workspace, "tag", "--list", "--format=%(contents:subject)", version.name)
    return {
        "name": version.name,
        "message": message,
        "commit": identity,
        "date": date,
        "script": version.scripts[0],
        "new": new,
        "changes": changed,
        "profile": found.to_json(),
    }


def main(
    tables: Annotated[Path, typer.Option(help="Folder with v1.csv, v2.csv, v3.csv.")] = HERE / "data",
    workspace: Annotated[Path, typer.Option(help="The git and DVC repository.")] = HERE / "workspace",
    remotes: Annotated[Path, typer.Option(help="Folder of the local remotes.")] = HERE / "remote",
    reports: Annotated[Path, typer.Option(help="Folder for published.json.")] = HERE / "reports",
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was published locally.")] = False,
) -> None:
    """Publish the versions of the table."""
    with one_message("publish.py"):
        workspace, remotes = workspace.absolute(), remotes.absolute()
        git.isolate(workspace)
        storage = remote.from_environment(os.environ, remotes / "dvc")
        found = {v.name: profile(tables / f"{v.name}.csv") for v in VERSIONS}
        if fresh:
            shutil.rmtree(workspace, ignore_errors=True)
            shutil.rmtree(remotes, ignore_errors=True)
        cloned = open_workspace(workspace, remotes / "git")
        data.configure(workspace, storage)
        if cloned:
            bring_back(workspace, storage)
        rows: list[dict[str, Any]] = []
        before: Path | None = None
        for version in VERSIONS:
            csv = tables / f"{version.name}.csv"
            new = publish(workspace, version, csv, found[version.name], storage)
            changed = changes(before, csv) if before else []
            rows.append(describe(workspace, version, found[version.name], new, changed))
            print(f"publish.py: {version.name} {'published' if new else 'was published'}", file=sys.stderr)
            before = csv
        data.push(workspace, storage, "dvc push of all versions", all_tags=True)
        git.git(workspace, "push", "--quiet", "--atomic", "--follow-tags", "origin", "main")
        data.checkout(workspace, FILE)
        reports.mkdir(parents=True, exist_ok=True)
        note = tables / "source.txt"
        source = note.read_text(encoding="utf-8").strip() if note.exists() else "not noted"
        place = {"kind": storage.kind, "address": str(storage), "git": str(remotes / "git")}
        text = json.dumps({"file": FILE, "source": source, "remote": place, "versions": rows}, indent=2)
        (reports / "published.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
