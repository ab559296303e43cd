"""`python -m service PRODUCT`: serve the champion."""

import json
import shlex
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from product.contract import example_row
from product.errors import UserError
from service.app import create_app
from service.serving import Serving


def main(
    product: Annotated[str, typer.Argument(help="A product of products/.")] = "titanic",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 8000,
    model: Annotated[
        Path | None, typer.Option(help="Serve the artifact in this folder, not a champion.", envvar="SERVICE_MODEL")
    ] = None,
    model_hash: Annotated[
        str, typer.Option(help="The hash that the artifact in --model must have.", envvar="SERVICE_MODEL_HASH")
    ] = "",
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Listen beyond loopback without API keys.", envvar="SERVICE_INSECURE")
    ] = False,
) -> None:
    """Serve the champion of a product, or the artifact in a folder, over HTTP."""
    try:
        serving = Serving.folder(model, model_hash) if model else Serving.champion(product)
    except UserError as error:
        sys.exit(f"serve: {error}")
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)  # from here on a client waits instead of being refused
    except OSError as error:
        sys.exit(
            f"serve: can't listen on {host}:{port}: {error.strerror}; choose another with --port (0 takes a free one)"
        )
    url = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
    row = shlex.quote(json.dumps(example_row(serving.contract), ensure_ascii=False))
    print(f"{serving.title}: {url}/docs", file=sys.stderr)
    print(f"not ready: {serving.problem}" if serving.problem else f"model {serving.version}", file=sys.stderr)
    print(f"curl {url}/predict -H 'content-type: application/json' -d {row}", file=sys.stderr, flush=True)
    config = uvicorn.Config(create_app(serving), access_log=False, log_level="warning", timeout_graceful_shutdown=10)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    typer.run(main)
