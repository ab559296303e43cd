"""The process beside a server in which batches and explanations run, so that they never block its event loop.

The server sends one byte and a socket for each job. Over that socket come a line of JSON that names the job, and the
body; back go a line of JSON with status and length, and the answer. A job is a thread: the sockets' own buffers hold
back who is too fast, and a closed socket ends the job.
"""

import json
import logging
import os
import shutil
import signal
import socket
import sys
import threading
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from service.jobs import JOBS
from service.live import Live
from service.problems import Problem
from service.serving import Serving

IN_MEMORY = 4 * 2**20  # bytes of an answer; what is longer waits in a file until its client reads it
NICE = 10  # whoever waits for one row goes first


def work(live: Live, job: socket.socket) -> None:
    """One job. The answer is kept until the body was read: many clients read nothing before they have sent all."""
    with job, job.makefile("rb") as body, SpooledTemporaryFile(IN_MEMORY) as out:
        said: dict[str, Any] = {"status": 200}
        try:
            asked = json.loads(body.readline())
            said |= JOBS[asked["job"]](live, asked, body, cast(BinaryIO, out))
        except Problem as problem:
            said = {"status": problem.status, "detail": problem.detail, "errors": list(problem.errors)}
        except OSError:
            return  # the client has gone
        except Exception:
            logging.getLogger("service").exception("a job failed")
            said = {"status": 500, "detail": "the server made a mistake; its log has the details"}
        try:
            while body.read(2**16):
                pass
            length = out.tell() if said["status"] == 200 else 0
            job.sendall(json.dumps({**said, "length": length}).encode() + b"\n")
            if length:
                out.seek(0)
                with job.makefile("wb") as back:
                    shutil.copyfileobj(out, back, 2**16)
        except (OSError, ValueError):
            return


def main() -> None:
    """Arguments: the number of the control socket, the artifact's folder, its hash."""
    control, folder, version = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]), sys.argv[3]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it ends when its server does, batches under way first
    os.nice(NICE)
    live = Live(Serving.folder(folder, version))
    control.sendall(b"r" if live.serving.model else b"n")
    while True:
        data, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if not data:
            return
        threading.Thread(target=work, args=(live, socket.socket(fileno=sockets[0])), daemon=True).start()


if __name__ == "__main__":
    main()
