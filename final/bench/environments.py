"""Environments for what is compared with, beside the project's own: `python -m bench.environments NAME` prints one.

peers/NAME.txt is the lock, made from peers/NAME.in by
    uv pip compile --python-version 3.11 --generate-hashes --no-header --no-annotate NAME.in -c OWN -o NAME.txt
OWN having catboost, numpy, pandas, scipy, pydantic as in requirements.txt: the model is loaded by the same code. The
locks tabular and watchers are made without -c, as they load none of ours, and watchers with --universal; tables and
strangers with --no-deps, as only files are read.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

PEERS = Path(__file__).with_name("peers")
OLDER_PYTHON = {"watchers": "3.11"}  # of peers that do not run on every Python that ours does; uv finds or fetches it


def python_of(name: str) -> Path:
    """The interpreter of a peer's environment, made when first asked for; processes that ask at once wait for one."""
    lock = PEERS / f"{name}.txt"
    known = sorted(path.stem for path in PEERS.glob("*.txt"))
    if name not in known:
        sys.exit(f"{name!r} is no peer; there are {', '.join(known)}")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlops-practices"
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder, python = cache / f"peers-{name}-{digest}", Path("bin/python")
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f".{folder.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            print(f"installing {lock.name} into {folder} (once)", file=sys.stderr)
            shutil.rmtree(folder, ignore_errors=True)
            _uv("venv", "--python", OLDER_PYTHON.get(name, sys.executable), str(folder))
            install = ["pip", "install", "--compile-bytecode", "--python", str(folder / python)]
            _uv(*install, "--no-deps", "--require-hashes", "-r", str(lock))  # a lock names all that is needed
            (folder / "complete").touch()
    return folder / python


def _uv(*arguments: str) -> None:
    subprocess.run(["uv", "--quiet", *arguments], check=True, stdout=sys.stderr)


def main(name: Annotated[str, typer.Argument(help="A lock of bench/peers, without .txt.")]) -> None:
    """Make the environment of a peer where it is not there yet, and print its interpreter."""
    print(python_of(name))


if __name__ == "__main__":
    typer.run(main)
