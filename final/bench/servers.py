"""The servers that the bench compares: ours, the frameworks people would pick, and two ceilings."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.environments import python_of
from core.base.paths import FINAL

PEERS = FINAL / "bench" / "peers"
Row = dict[str, Any]


@dataclass(frozen=True)
class Contender:
    """One server: its command for a port, where it is asked, how a row is put, where the answer's probability is.

    `settings` are environment variables, given a folder that is there as long as the server runs.
    """

    name: str
    command: Callable[[Path, int], list[str]]
    path: str = "/predict"
    put: Callable[[Row], Any] = lambda row: row
    probability: Callable[[Any], float] | None = lambda answer: float(answer["probability"])
    settings: Callable[[Path], dict[str, str]] = lambda folder: {}


def _ours(*more: str) -> Callable[[Path, int], list[str]]:
    def command(artifact: Path, port: int) -> list[str]:
        return [sys.executable, "-m", "service", "--model", str(artifact), "--port", str(port), *more]

    return command


def _without_sets(artifact: Path, port: int) -> list[str]:
    """The same model in an artifact that promises nothing, so that no answer has a set or an interval."""
    plain = FINAL.parent / "build" / f"{artifact.name[:12]}-without-sets"
    shutil.copytree(artifact, plain, dirs_exist_ok=True, ignore=shutil.ignore_patterns("guarantee.json"))
    return _ours()(plain, port)


def mlflow(artifact: Path, act: str) -> list[str]:
    """`mlflow models serve` or `predict` with the model of an artifact, saved in MLflow's form when first asked for."""
    python, script = python_of("mlflow"), PEERS / "mlflow_model.py"
    code_hash = hashlib.sha256(script.read_bytes()).hexdigest()
    folder = python.parents[1] / f"model-{artifact.name[:12]}-{code_hash[:12]}"
    if not folder.exists():
        code = [str(python), str(script), str(artifact), str(folder)]
        subprocess.run(code, check=True, env=environment(artifact), stdout=sys.stderr, stderr=subprocess.DEVNULL)
    return [str(python), "-m", "mlflow", "models", act, "--model-uri", str(folder), "--env-manager", "local"]


def _mlflow(artifact: Path, port: int) -> list[str]:
    return [*mlflow(artifact, "serve"), "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]


def _bentoml(artifact: Path, port: int) -> list[str]:
    python = python_of("bentoml")
    serve = ["serve", "bentoml_service:Served", "--working-dir", str(PEERS)]
    return [str(python), "-m", "bentoml", *serve, "--host", "127.0.0.1", "--port", str(port)]


def _litserve(artifact: Path, port: int) -> list[str]:
    return [str(python_of("litserve")), str(PEERS / "litserve_server.py"), str(port)]


def _uvicorn(app: str, *more: str) -> Callable[[Path, int], list[str]]:
    def command(artifact: Path, port: int) -> list[str]:
        serve = ["-m", "uvicorn", app, "--app-dir", str(PEERS), "--host", "127.0.0.1", "--port", str(port)]
        return [str(python_of("fastapi")), *serve, "--no-access-log", "--log-level", "warning", *more]

    return command


def _log(folder: Path) -> dict[str, str]:
    return {"SERVICE_PREDICTION_LOG": str(folder)}


def _log_without_limit(folder: Path) -> dict[str, str]:
    return {**_log(folder), "SERVICE_PREDICTION_LOG_RATE": "1000000"}


CONTENDERS = (
    Contender("this service", _ours()),
    Contender("this service, without sets", _without_sets),
    Contender("this service, with the log", _ours(), settings=_log),
    Contender("this service, with the log, no rate limit", _ours(), settings=_log_without_limit),
    Contender("this service, --no-fast-path", _ours("--no-fast-path")),
    Contender(
        "MLflow",
        _mlflow,
        "/invocations",
        lambda row: {"dataframe_records": [row]},
        lambda answer: float(answer["predictions"][0]["probability"]),
    ),
    Contender("BentoML", _bentoml, put=lambda row: {"row": row}),
    Contender("LitServe", _litserve),
    Contender("FastAPI + DataFrame", _uvicorn("fastapi_app:frame", "--factory")),
    Contender("FastAPI, a constant", _uvicorn("fastapi_app:constant", "--factory"), probability=None),
    Contender("bare ASGI, a constant", _uvicorn("bare:app"), probability=None),
)


def environment(artifact: Path) -> dict[str, str]:
    """One thread a calculation, since each server has one core; nobody reports home."""
    return {
        **os.environ,
        "PYTHONPATH": str(FINAL),
        "ARTIFACT": str(artifact),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "BENTOML_DO_NOT_TRACK": "true",
        "LITSERVE_DISABLE_TELEMETRY": "1",
    }


@contextmanager
def running(contender: Contender, artifact: Path, port: int, pin: list[str]) -> Iterator[int]:
    """Start a server in a session of its own, give the process id, stop the whole session in the end."""
    command = contender.command(artifact, port)
    # MLflow starts `uvicorn` by name, and must find its own
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [*pin, *command],
            cwd=FINAL,
            env={**environment(artifact), **contender.settings(Path(folder)), "PATH": path},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process.pid
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """TERM, then KILL, to the processes of the session and those that these started."""
    import psutil

    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for one in family:
        if one.is_running():
            one.kill()
