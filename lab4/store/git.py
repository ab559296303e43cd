"""Git for the workspace alone: no configuration, identity or other repository of the user takes part."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from lab4.store.stop import Stop

# Set in every repository made here, so that libraries which do not read our environment are covered as well.
SETTINGS: Final = {
    "user.name": "lab4 pipeline",
    "user.email": "lab4@example.invalid",
    "commit.gpgSign": "false",
    "tag.gpgSign": "false",
    "core.autocrlf": "false",
    "core.hooksPath": os.devnull,
    "core.excludesFile": os.devnull,
    "core.attributesFile": os.devnull,
    "gc.auto": "0",
}

KEEP_TAGS: Final = """#!/bin/sh
# git calls it as: update REF OLD NEW; OLD is all zeros where the ref is new.
case $1 in
  refs/tags/*) case $2 in *[!0]*) echo "$1 is published and never changes" >&2; exit 1 ;; esac ;;
esac
"""


def isolate(workspace: Path) -> None:
    """Shuts git and DVC of this process, and of all it starts, into the workspace.

    GIT_DIR and its kin, as set inside a git hook, would send our commits into the outer repository.
    """
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        del os.environ[name]
    state = workspace / ".git"  # out of sight of git and DVC alike
    os.environ.update(
        PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",  # stages call `python`
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_CONFIG_NOSYSTEM="1",
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0="safe.directory",
        GIT_CONFIG_VALUE_0="*",
        GIT_TERMINAL_PROMPT="0",
        GIT_CEILING_DIRECTORIES=str(workspace.parent),
        DVC_NO_ANALYTICS="1",
        DVC_GLOBAL_CONFIG_DIR=str(state / "dvc-no-global-config"),
        DVC_SYSTEM_CONFIG_DIR=str(state / "dvc-no-system-config"),
        DVC_SITE_CACHE_DIR=str(state / "dvc-site"),
    )


def git(folder: Path, *arguments: str, may_fail: bool = False) -> str:
    """The output of a git command in the folder. Stops with git's own words, unless it may fail."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode and not may_fail:
        raise Stop(f"git {' '.join(arguments)} in {folder} failed: {' '.join(done.stderr.split())}")
    return "" if done.returncode else done.stdout.strip()


def settle(folder: Path) -> None:
    """Gives a repository its own settings."""
    for name, value in SETTINGS.items():
        git(folder, "config", "--local", name, value)


def make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--template=", "--initial-branch=main")
    settle(folder)


def make_published(folder: Path) -> None:
    """The bare repository that others clone. What was published stays: no rewriting, no deleting."""
    if not (folder / "HEAD").exists():
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet", "--template=", "--bare", "--initial-branch=main")
    git(folder, "config", "receive.denyNonFastForwards", "true")
    git(folder, "config", "receive.denyDeletes", "true")
    # Both settings are about branches; tags need a hook.
    git(folder, "config", "core.hooksPath", str(folder / "hooks"))
    hook = folder / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(KEEP_TAGS, encoding="utf-8")
    hook.chmod(0o755)


def clone(source: Path, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    git(folder.parent, "clone", "--quiet", "--template=", "--no-hardlinks", str(source), str(folder))
    settle(folder)


def tags(folder: Path) -> set[str]:
    return set(git(folder, "tag", "--list").split())


def commit(workspace: Path, message: str) -> None:
    """Everything that is not ignored, if anything changed."""
    git(workspace, "add", "--all")
    if git(workspace, "status", "--porcelain"):
        git(workspace, "commit", "--quiet", "--message", message)
