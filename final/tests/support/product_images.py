"""Taking away what a test put on the engine."""

import subprocess
import time
from pathlib import Path

from deploy.engine import inspect
from tests.support.docker import docker

LIST = ("image", "ls", "--quiet", "--no-trunc")


def take_down(stack: str) -> None:
    """Remove the stack and wait until its last container is gone."""
    subprocess.run(["docker", "stack", "rm", stack], capture_output=True, check=False)
    for _ in range(120):
        if not docker("ps", "-aq", "--filter", f"label=com.docker.stack.namespace={stack}"):
            return
        time.sleep(0.5)


def remove_images(repository: Path, but: Path | None = None) -> None:
    """Those of the repository's commits, by their ids; another test may have images of the same name.

    `but` is a repository whose present commit has an image that others still use.
    """
    listed = ["git", "log", "--all", "--reflog", "--format=%H"]
    commits = set(subprocess.check_output(listed, cwd=repository, text=True).split())
    if but is not None:
        commits.discard(subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=but, text=True).strip())
    labels = ("mlops.product=titanic", "org.opencontainers.image.title=prediction-page")
    for image in 2 * [one for label in labels for one in docker(*LIST, "--filter", f"label={label}").splitlines()]:
        if (about := inspect("image", image)) is None:
            continue  # removed already; a second look, since one that another is built on goes after it
        if (about["Config"]["Labels"] or {}).get("org.opencontainers.image.revision") in commits:
            subprocess.run(["docker", "rmi", "--force", "--no-prune", image], capture_output=True, check=False)
