"""The process beside a server in which batches and explanations run, so that they never block its event loop.

The server sends one byte and a socket for each job. Over that socket come a line of JSON that names the job, and the
body; back go the length of a JSON text, that text with status and length of the answer, the answer, and, once the
client has all of it, rows for the prediction log. A job is a thread: the sockets' own buffers hold back who is too
fast, and a closed socket ends the job.
"""

import io
import json
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

import orjson

from service.batch.client import HEAD
from service.batch.jobs import JOBS
from service.batch.sample import Sample
from service.model.live import Live
from service.model.serving import Serving
from service.problems import MISTAKE, MOST_ERRORS, Problem

IN_MEMORY = 4 * 2**20  # bytes of an answer; what is longer waits in a file until its client reads it
NO_ROOM = "the server has no room for the answer; its log has the details. Ask again later, or for fewer rows"
NICE = 10  # whoever waits for one row goes first


class JobBody(io.RawIOBase):
    """The body of a job as it comes; `tell` says how much of it has come."""

    def __init__(self, job: socket.socket) -> None:
        self._job, self._length = job, 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._length

    def readinto(self, buffer: Any) -> int:
        count = self._job.recv_into(buffer)
        self._length += count
        return count


def work(live: Live, job: socket.socket) -> None:
    """One job. The answer is kept until the body was read: many clients read nothing before they have sent all."""
    with job, suppress(OSError), SpooledTemporaryFile(IN_MEMORY) as out:  # as it closes, a file may not fit again
        body = io.BufferedReader(JobBody(job))
        sample = Sample()
        reply = answer(live, body, cast(BinaryIO, out), sample)
        if reply is None:
            return  # the client has gone
        while body.read(2**16):
            pass
        length = out.tell() if reply["status"] == 200 else 0
        head = orjson.dumps({**reply, "length": length, "answered": sample.answered})
        job.sendall(HEAD.pack(len(head)) + head)
        if length:
            out.seek(0)
            with job.makefile("wb") as back:
                shutil.copyfileobj(out, back, 2**16)
        if reply["status"] == 200 and sample.answered:
            job.sendall(sample.stream(live))


def answer(live: Live, body: BinaryIO, out: BinaryIO, sample: Sample) -> dict[str, Any] | None:
    """Do the job that the body begins with; what is known of the answer in `out`, or None if nobody waits for it."""
    log = logging.getLogger("service")
    try:
        order = json.loads(body.readline())
        sample.begin(order.get("log"))
        reply = JOBS[order["job"]](live, order, body, out, sample)
        out.flush()
    except Problem as problem:
        return {"status": problem.status, "detail": problem.detail, "errors": problem.errors[:MOST_ERRORS]}
    except ConnectionError:
        return None
    except OSError:
        log.exception("no room for an answer in %s, the folder for temporary files", tempfile.tempdir)
        return {"status": 503, "detail": NO_ROOM}
    except Exception:
        log.exception("a job failed")
        return {"status": 500, "detail": MISTAKE.detail}
    return {"status": 200, **reply}


def main() -> None:
    """Arguments: the number of the control socket, the artifact's folder, its hash."""
    control, folder, version = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]), sys.argv[3]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it ends when its server does, batches under way first
    os.nice(NICE)
    live = Live(Serving.folder(folder, version))
    with suppress(ConnectionError):  # the server ended while this process started
        control.sendall(b"r" if live.serving.model else b"n")
        while (received := socket.recv_fds(control, 1, 1))[0]:
            threading.Thread(target=work, args=(live, socket.socket(fileno=received[1][0])), daemon=True).start()


if __name__ == "__main__":
    main()
