"""The ceiling: ASGI that reads the body and answers a constant."""

from typing import Any

BODY = b'{"prediction":1,"probability":0.5}'
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())],
}
END = {"type": "http.response.body", "body": BODY}


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    await receive()
    await send(START)
    await send(END)
