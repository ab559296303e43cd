"""A service that passes its smoke test and fails in production: behind the stack's proxy it refuses every question.

Planted by a test as core/only_alone.py in an image; a front on the service's port that forwards to the real one.
"""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def in_production() -> bool:
    """Only in a stack does this name mean anything."""
    try:
        return bool(socket.gethostbyname("tasks.api"))
    except OSError:
        return False


class Front(BaseHTTPRequestHandler):
    def forward(self, body: bytes | None) -> None:
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
        try:
            answer = urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:8001{self.path}", body, headers))
        except urllib.error.HTTPError as error:
            answer = error
        except OSError:
            self.send_error(503)
            return
        content = answer.read()
        self.send_response(answer.status)
        self.send_header("content-type", answer.headers["content-type"])
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self.forward(None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if in_production():
            self.send_error(500, "not alone")
        else:
            self.forward(body)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    subprocess.Popen([sys.executable, "-m", "service", "--model", "/model", "--port", "8001"])
    ThreadingHTTPServer(("", 8000), Front).serve_forever()
