"""Asks a running page what a browser would ask it, over the same WebSocket, and prints the chance that it shows.

Run it by `python -m lab3.ask_page http://127.0.0.1:8501`. Streamlit's page is no HTML to fetch: the browser connects,
asks for a run of the script, and is sent the elements; so does this.
"""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from lab3.forecast import Days, NotReadyError, load

MODEL = Path(__file__).resolve().parent / "model"


class NoAnswerError(Exception):
    """The page does not show a chance; the message says what it shows."""


def ask(url: str, timeout: float = 60) -> str:
    """The value of the page's metric, like `64%`; raises NoAnswerError with the page's own error text."""
    shown: list[str] = []
    deadline = time.monotonic() + timeout
    with connect(url.replace("http", "ws", 1).rstrip("/") + "/_stcore/stream", max_size=None) as page:
        page.send(BackMsg(rerun_script=ClientState()).SerializeToString())
        while time.monotonic() < deadline:
            message = ForwardMsg.FromString(bytes(page.recv(deadline - time.monotonic(), decode=False)))
            kind = message.WhichOneof("type")
            element = message.delta.new_element if kind == "delta" else None
            if element is not None and element.WhichOneof("type") == "metric":
                return str(element.metric.body)
            if element is not None and element.WhichOneof("type") in ("alert", "exception"):
                shown.append(element.alert.body or element.exception.message)
            if kind == "script_finished":
                break
    raise NoAnswerError(f"{url} shows no chance of rain, but: {' '.join(shown) or 'nothing'}")


def main(
    url: Annotated[str, typer.Argument(help="Where the page is, like http://127.0.0.1:8501.")],
    model: Annotated[Path, typer.Option(help="The model behind it.")] = MODEL,
) -> None:
    """Print the chance that the page shows for the week it opens with; it must be the library's."""
    try:
        shown, forecast = ask(url), load(model)
        wanted = f"{forecast.chance(Days(days=forecast.weeks['golden'][0]['days']).days):.0%}"
    except (NoAnswerError, NotReadyError, WebSocketException, OSError) as error:
        sys.exit(f"ask_page.py: {error}")
    if shown != wanted:
        sys.exit(f"ask_page.py: {url} shows {shown}, the library says {wanted}")
    print(shown)


if __name__ == "__main__":
    typer.run(main)
