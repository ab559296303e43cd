"""`python -m service PRODUCT`: serve the champion."""

import json
import os
import shlex
import socket
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from pydantic import ValidationError

from product.errors import UserError
from service.settings import PREFIX, Settings

APP = "service.app:from_environment"


def option(name: str, words: str) -> Any:
    """An option that stands for SERVICE_<NAME>; not given, the variable counts."""
    return typer.Option(help=f"{words} [{PREFIX}{name}]", show_default=False)


def main(
    product: Annotated[str | None, typer.Argument(help="A product of products/; titanic where none is given.")] = None,
    host: Annotated[str | None, option("HOST", "Address to listen on; 127.0.0.1.")] = None,
    port: Annotated[int | None, option("PORT", "Port to listen on; 8000; 0 takes a free one.")] = None,
    model: Annotated[Path | None, option("MODEL", "Serve the artifact in this folder, not a champion.")] = None,
    model_hash: Annotated[str | None, option("MODEL_HASH", "The hash that the artifact must have.")] = None,
    workers: Annotated[int | None, option("WORKERS", "Processes that answer, on one port; 1.")] = None,
    api_keys_file: Annotated[Path | None, option("API_KEYS_FILE", "File of API keys.")] = None,
    insecure: Annotated[bool | None, option("INSECURE", "Listen beyond loopback without API keys.")] = None,
) -> None:
    """Serve the champion of a product, or the artifact in a folder, over HTTP. More settings: service/README.md."""
    given = {name: value for name, value in locals().items() if value is not None}
    for name, value in given.items():  # for the worker processes too
        os.environ[PREFIX + name.upper()] = str(value)
    try:
        run(Settings())
    except ValidationError as error:
        first = error.errors()[0]
        sys.exit(f"serve: {PREFIX}{str(first['loc'][0]).upper()}: {first['msg']}, got {first['input']!r}")
    except UserError as error:
        sys.exit(f"serve: {error}")


def run(settings: Settings) -> None:
    if not (settings.loopback() or settings.api_keys_file or settings.insecure):
        raise UserError(
            f"--host {settings.host} can be reached from other machines, so it needs API keys: --api-keys-file FILE "
            "(python -m service.keys NAME makes a line of it), or --insecure inside a private network"
        )
    sys.modules["catboost.widget"] = None  # type: ignore[assignment]  # would import IPython where there is one
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # a few rows at a time: threads would only wait for each other
    if settings.workers > 1:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="service-metrics-")
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
            http="service.short_way:ShortWay",
            proxy_headers=False,  # who asks is of no interest here
            timeout_graceful_shutdown=settings.shutdown_seconds,
        )
        if settings.workers > 1:
            announce(settings, url, f"{settings.workers} workers")
            from uvicorn.supervisors import Multiprocess

            Multiprocess(config, sockets=[socket_]).run()
            return
        from service.app import create_app
        from service.state import Server

        server = Server(settings)
        serving = server.live.serving
        announce(settings, url, f"not ready: {serving.problem}" if serving.problem else f"model {serving.version}")
        config.app, config.factory = create_app(server), False
        uvicorn.Server(config).run(sockets=[socket_])


def listening(settings: Settings) -> socket.socket:
    """The socket; from here on a client waits instead of being refused. Raises UserError."""
    host, port = settings.host, settings.port
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(2048)
    except OSError as error:
        found.close()
        raise UserError(
            f"can't listen on {host}:{port}: {error.strerror}; choose another with --port (0 takes a free one)"
        ) from None
    found.set_inheritable(True)
    return found


def announce(settings: Settings, url: str, state: str) -> None:
    """What a person needs to go on, the last line to paste."""
    from product.contract import example_row
    from service.declared import contract_of

    contract, title = contract_of(settings)
    row = shlex.quote(json.dumps(example_row(contract), ensure_ascii=False))
    key = " -H 'x-api-key: YOUR KEY'" if settings.api_keys_file else ""
    print(f"{title}: {url}/docs", state, sep="\n", file=sys.stderr)
    print(f"curl {url}/predict -H 'content-type: application/json'{key} -d {row}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
