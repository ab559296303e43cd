"""A replica that leaves half of its answers behind when it is killed: the head at once, the body a moment later."""

import asyncio
import json
import socket

BODY = json.dumps({"model": socket.gethostname()}).encode()
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(BODY)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while head := await reader.readuntil(b"\r\n\r\n"):
        length = next(
            (int(f.split(b":")[1]) for f in head.lower().split(b"\r\n") if f.startswith(b"content-length")), 0
        )
        await reader.readexactly(length)
        writer.write(HEAD)
        await asyncio.sleep(0.2)
        writer.write(BODY)


async def main() -> None:
    async with await asyncio.start_server(answer, "0.0.0.0", 8000) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
