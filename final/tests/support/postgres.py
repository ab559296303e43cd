"""A PostgreSQL server of the test's own, on a socket in its folder."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgres() -> Iterator[str]:
    """Yields the server's URL; pytest's own folders are their owner's alone, and no server runs as root."""
    path = os.pathsep.join([*map(str, Path("/usr/lib/postgresql").glob("*/bin")), os.environ["PATH"]])
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    initdb, control = (str(shutil.which(name, path=path)) for name in ("initdb", "pg_ctl"))
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        if user:
            shutil.chown(folder, "postgres")
        data = f"{folder}/data"

        def run(*words: str) -> None:
            subprocess.run([*user, *words], check=True, stdout=subprocess.DEVNULL, cwd=folder)

        run(initdb, "-D", data, "-U", "me", "--auth=trust", "--no-sync")
        run(control, "-D", data, "-w", "-l", f"{folder}/log", "-o", f"-c listen_addresses='' -k {folder} -F", "start")
        try:
            yield f"postgresql+psycopg://me@/postgres?host={folder}"
        finally:
            run(control, "-D", data, "-m", "immediate", "stop")
