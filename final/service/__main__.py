"""`python -m service PRODUCT`: serve the champion."""

import json
import os
import shlex
import signal
import socket
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from pydantic import ValidationError

from core.base.errors import UserError
from service.keys import Keys
from service.settings import PREFIX, Settings

APP = "service.app:from_environment"


def option(name: str, words: str) -> Any:
    """An option that stands for SERVICE_<NAME>; not given, the variable counts."""
    return typer.Option(help=f"{words} [{PREFIX}{name}]", show_default=False)


def main(
    product: Annotated[
        str | None, typer.Argument(help="A product of products/; without one the only one, or titanic.")
    ] = None,
    host: Annotated[str | None, option("HOST", "Address to listen on; 127.0.0.1.")] = None,
    port: Annotated[int | None, option("PORT", "Port to listen on; 8000; 0 takes a free one.")] = None,
    model: Annotated[Path | None, option("MODEL", "Serve the artifact in this folder, not a champion.")] = None,
    model_hash: Annotated[str | None, option("MODEL_HASH", "The hash that the artifact must have.")] = None,
    workers: Annotated[int | None, option("WORKERS", "Processes that answer, on one port; 1.")] = None,
    api_keys_file: Annotated[Path | None, option("API_KEYS_FILE", "File of API keys.")] = None,
    fast_path: Annotated[
        bool | None,
        typer.Option(
            "--fast-path/--no-fast-path",
            help=f"Rows below ASGI; on. [{PREFIX}FAST_PATH]",
            show_default=False,
        ),
    ] = None,
    insecure: Annotated[bool | None, option("INSECURE", "Listen beyond loopback without API keys.")] = None,
) -> None:
    """Serve the champion of a product, or the artifact in a folder, over HTTP. More settings: service/README.md."""
    given = {name: value for name, value in locals().items() if value is not None}
    for name, value in given.items():  # for the worker processes too
        os.environ[PREFIX + name.upper()] = str(value)
    open_closed_streams()
    try:
        run(Settings())
    except ValidationError as error:
        first = error.errors()[0]
        sys.exit(f"serve: {PREFIX}{str(first['loc'][0]).upper()}: {first['msg']}, got {first['input']!r}")
    except UserError as error:
        sys.exit(f"serve: {error}")


def open_closed_streams() -> None:
    """A standard stream that is closed becomes /dev/null: its number would be that of the next socket."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number is this one
            os.set_inheritable(number, True)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", closefd=False))


def run(settings: Settings) -> None:
    if not (settings.loopback() or settings.api_keys_file or settings.insecure):
        raise UserError(
            f"--host {settings.host} can be reached from other machines, so it needs API keys: --api-keys-file FILE "
            "(python -m service.keys NAME makes a line of it), or --insecure inside a private network"
        )
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # reads the keys again, once the service runs
    if settings.api_keys_file:
        Keys(settings.api_keys_file)  # a mistake in it is told once, not by each worker
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # a few rows at a time: threads would only wait for each other
    with listening(settings) as socket_:
        host, port = settings.host, socket_.getsockname()[1]
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        config = uvicorn.Config(
            APP,
            factory=True,
            workers=settings.workers,
            access_log=False,
            log_level="warning",
            server_header=False,
            ws="none",
            http="service.transport.protocol:GuardedProtocol",
            proxy_headers=False,  # who asks is of no interest here
            timeout_graceful_shutdown=settings.shutdown_seconds,
        )
        if settings.workers > 1:
            announce(settings, url, f"{settings.workers} workers")
            from service.workers import run as run_workers

            run_workers(config, socket_)
            return
        sys.modules["pyarrow"] = None  # type: ignore[assignment]  # 40 MB that pandas takes if it is there
        import pandas  # noqa: F401

        del sys.modules["pyarrow"]
        from service.app import create_app
        from service.state import Server

        server = Server(settings)
        serving = server.live.serving
        announce(settings, url, f"not ready: {serving.cause}" if serving.cause else f"model {serving.version}")
        config.app, config.factory = create_app(server), False
        uvicorn.Server(config).run(sockets=[socket_])


def listening(settings: Settings) -> socket.socket:
    """The socket; from here on a client waits instead of being refused. Raises UserError."""
    host, port = settings.host, settings.port
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise UserError(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port (0 takes a free one)"
        ) from None
    listener.set_inheritable(True)
    return listener


def announce(settings: Settings, url: str, state: str) -> None:
    """What a person needs to go on, the last line to paste."""
    from core.spec.request import example_row
    from service.model.declared import contract_of

    contract, title = contract_of(settings)
    row = shlex.quote(json.dumps(example_row(contract), ensure_ascii=False))
    key = " -H 'x-api-key: YOUR KEY'" if settings.api_keys_file else ""
    print(f"{title}: {url}/docs", state, sep="\n", file=sys.stderr)
    print(f"curl {url}/predict -H 'content-type: application/json'{key} -d {row}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
