"""Proves that every published version can be switched to: from a fresh clone with an empty cache, back and forth.

Only what was published takes part: the git repository, the remote and published.json, with which each file is compared.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any, Final

import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lab4.store import data, git, remote
from lab4.store.profile import Profile, differences, profile
from lab4.store.stop import Stop, one_message

HERE: Final = Path(__file__).resolve().parent
ORDER: Final = ("v3", "v1", "v2", "v1", "v3", "v2")  # not the order of making; each is left and come back to


def clone(published: Path, folder: Path, storage: remote.Remote) -> None:
    """A fresh clone that knows what anyone may know, and the credentials.

    Where a version was published with another remote, its .dvc/config names that one. This run's remote is the one to
    prove, so it is then named in the clone's local settings.
    """
    git.clone(published, folder)
    configs = [git.git(folder, "show", f"{revision}:.dvc/config") for revision in ("main", *git.tags(folder))]
    data.configure_local(folder, storage, all_of_it=not all(storage.is_named_in(text) for text in configs))


def visit(folder: Path, storage: remote.Remote, file: str, version: dict[str, Any]) -> dict[str, Any]:
    """Switches to one version and compares; raises Stop naming the file and both hashes when it is another one."""
    name, expected = version["name"], Profile.from_json(version["profile"])
    if git.git(folder, "cat-file", "-t", name) != "tag":
        raise Stop(f"{name} is no annotated tag in the published repository")
    git.git(folder, "checkout", "--quiet", name)
    if (commit := git.git(folder, "rev-parse", "HEAD")) != version["commit"]:
        raise Stop(f"{name} is commit {commit} in the published repository, published was {version['commit']}")
    data.examine(folder, storage, f"{file} of {name}", expected.md5)
    fetched = data.pull(folder, storage, f"dvc pull of {name}")
    found = profile(folder / file)
    if said := differences(expected, found):
        raise Stop(f"{file} of {name} is not what was published: {'; '.join(said)}")
    return {
        "version": name,
        "fetched": fetched,
        "rows": found.rows,
        "columns": [c.name for c in found.columns],
        "missing": sum(c.missing for c in found.columns),
        "md5": found.md5,
        "sha256": found.sha256,
    }


def main(
    remotes: Annotated[Path, typer.Option(help="Folder of the local remotes.")] = HERE / "remote",
    reports: Annotated[Path, typer.Option(help="Folder of published.json.")] = HERE / "reports",
) -> None:
    """Switch between all versions in a fresh clone."""
    with one_message("switch_versions.py"), tempfile.TemporaryDirectory(prefix="lab4-") as scratch:
        folder = Path(scratch).resolve() / "clone"
        git.isolate(folder)
        storage = remote.from_environment(os.environ, remotes.absolute() / "dvc")
        published = json.loads((reports / "published.json").read_text(encoding="utf-8"))
        versions = {version["name"]: version for version in published["versions"]}
        clone(remotes.absolute() / "git", folder, storage)
        if data.objects(folder):
            raise Stop(f"the cache of the fresh clone {folder} is not empty")
        visits = [visit(folder, storage, published["file"], versions[name]) for name in ORDER]
        git.git(folder, "checkout", "--quiet", "main")
        fetched = data.pull(folder, storage, "dvc pull of main")
        if stale := data.stale(folder):
            raise Stop(f"a fresh clone of main would have to compute {', '.join(stale)} again")
        end = {"commit": git.git(folder, "rev-parse", "HEAD"), "fetched": fetched}
    result = {"visits": visits, "main": end}
    (reports / "switching.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"switch_versions.py: {' '.join(ORDER)} and main as published", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
