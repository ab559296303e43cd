"""`python -m page`: start the page in front of a running API."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from page.access import INSECURE, refusal

PAGE = Path(__file__).with_name("app.py")
STREAMLIT = [
    "--server.headless=true",
    "--server.fileWatcherType=none",
    "--browser.gatherUsageStats=false",
    "--client.toolbarMode=minimal",
]


def main(
    api: Annotated[str, typer.Option(help="Address of the API.", envvar="API_URL")] = "http://127.0.0.1:8000",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8501,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Listen beyond loopback with API_KEY and without PAGE_PASSWORD.")
    ] = False,
) -> None:
    """Show the page of the product that the API serves. It asks with API_KEY, and for PAGE_PASSWORD if that is set."""
    if insecure:
        os.environ[INSECURE] = "1"
    if reason := refusal(host):
        sys.exit(f"page: {reason}")
    print(f"page: http://{host}:{port}, asks {api}", file=sys.stderr, flush=True)
    os.environ |= {"API_URL": api, "PYTHONPATH": str(PAGE.parents[1])}
    command = [sys.executable, "-P", "-m", "streamlit", "run", str(PAGE), *STREAMLIT]
    os.execv(sys.executable, [*command, f"--server.address={host}", f"--server.port={port}"])  # noqa: S606


if __name__ == "__main__":
    typer.run(main)
