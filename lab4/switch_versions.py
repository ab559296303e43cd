"""Proves in a fresh clone with an empty cache that every published version can be switched to; runs the DAG there."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lab4.project import Clone, NoHistoryError, cloned
from lab4.remote import from_environment
from lab4.versions import LabError, Version, compare, load

HERE: Final = Path(__file__).resolve().parent
ORDER: Final = ("v3", "v1", "v2", "v0", "v2")  # not the order of publishing, and one version twice
NO_HISTORY: Final = 3


def send(clone: Clone) -> None:
    """Copies the versions from the folder in git to the chosen remote, and empties the clone's cache again."""
    clone.dvc("pull", "--remote", "published")
    clone.dvc("push")
    shutil.rmtree(clone.lab / ".dvc" / "cache")


def visit(clone: Clone, version: Version) -> dict[str, str]:
    """Switches to one version and compares it with what was published."""
    source = "remote"
    if (clone.lab / ".dvc/cache/files/md5" / version.md5[:2] / version.md5[2:]).exists():
        source = "cache"
    clone.git("checkout", "--quiet", version.commit, "--", "titanic.csv.dvc")
    try:
        clone.dvc("pull", "titanic.csv.dvc")
    except LabError as error:
        if "Checkout failed" not in str(error):
            raise
        # DVC says the same of an object that is gone and of one that it has downloaded and found corrupt.
        remedy = "delete it, and the next run sends it again" if clone.remote.url else "restore it from git"
        place = clone.remote.object(version.md5)
        raise LabError(f"titanic.csv of {version.name}: the object {place} is missing or corrupt; {remedy}") from error
    compare(clone.lab / "titanic.csv", version)
    return {"version": version.name, "source": source, "md5": version.md5}


def reproduce(clone: Clone) -> dict[str, Any]:
    """Runs the DAG of the committed state; returns its drawing, metrics and parameters."""
    clone.git("checkout", "--quiet", "HEAD", "--", "titanic.csv.dvc")
    clone.dvc("pull")
    clone.dvc("repro")
    metrics = json.loads((clone.lab / "metrics.json").read_text(encoding="utf-8"))
    params = (clone.lab / "params.yaml").read_text(encoding="utf-8")
    return {"drawing": clone.dvc("dag", "--md"), "metrics": metrics, "params": params}


def main() -> None:
    try:
        remote = from_environment(os.environ)
        versions = {version.name: version for version in load()}
        with cloned(remote) as clone:
            if remote.url:
                send(clone)
            visits = [visit(clone, versions[name]) for name in ORDER]
            proof = {"remote": str(remote), "visits": visits, **reproduce(clone)}
        output = HERE / "reports" / "proof.json"
        output.parent.mkdir(exist_ok=True)
        output.write_text(json.dumps(proof, indent=2) + "\n", encoding="utf-8")
    except NoHistoryError as error:
        print(f"switch_versions.py: the versions were made and compared, but not switched to: {error}", file=sys.stderr)
        sys.exit(NO_HISTORY)
    except (OSError, LabError) as error:
        sys.exit(f"switch_versions.py: {error}")
    print(f"switch_versions.py: {' '.join(ORDER)} from {remote} as published, and the DAG ran", file=sys.stderr)


if __name__ == "__main__":
    main()
