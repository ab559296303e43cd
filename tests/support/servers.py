"""Real servers, on loopback and free ports, started and stopped by the tests."""

import getpass
import os
import random
import shutil
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

QUIET = {**os.environ, "OMP_NUM_THREADS": "1"}
ENVIRONMENT = {k: v for k, v in QUIET.items() if k not in ("REGISTRY", "BRANCH_NAME", "API_IMAGE", "PAGE_IMAGE")}
KEY, SECRET, BUCKET = "lab4-key", "lab4-secret-of-the-tests", "titanic"


def free_port() -> int:
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Below the range from which the kernel takes ports for outgoing connections, any of which could be faster."""
    candidates = random.sample(range(15_000, 32_000), 100 + count)
    with ExitStack() as stack:
        ports: list[int] = []
        while len(ports) < count:
            probe = stack.enter_context(socket.socket())
            with suppress(OSError):
                probe.bind(("127.0.0.1", port := candidates.pop()))
                ports.append(port)
        return ports


@contextmanager
def running(command: list[str], log: Path, ready: Callable[[], bool], env: dict[str, str]) -> Iterator[None]:
    """A server program in its own process group; waits until it answers, ends it whatever happens."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=env, cwd=log.parent)
    try:
        end = monotonic() + 60
        while not ready():
            assert process.poll() is None, f"{command[0]} ended: {log.read_text()[-2000:]}"
            assert monotonic() < end, f"{command[0]} does not answer: {log.read_text()[-2000:]}"
            sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def answering(command: list[str], health: str, **environment: str) -> Iterator[None]:
    """A server of the test's own, from the moment `health` answers until the end of the block."""
    process = subprocess.Popen(
        command, env={**ENVIRONMENT, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(health, alive=lambda: process.poll() is None)
        yield
    finally:
        process.terminate()
        process.wait(60)


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it holds; fails after `seconds`."""
    end = monotonic() + seconds
    while not holds():
        assert monotonic() < end
        sleep(0.02)


def wait_for(url: str, alive: Callable[[], bool] = lambda: True, seconds: float = 60) -> None:
    """Until `url` answers below 400."""
    end = monotonic() + seconds
    while monotonic() < end and alive():
        try:
            if httpx.get(url, timeout=2).status_code < 400:
                return
        except httpx.TransportError:
            pass
        sleep(0.1)
    pytest.fail(f"{url} does not answer")


@contextmanager
def s3(folder: Path) -> Iterator[str]:
    """SeaweedFS; yields the endpoint's address."""
    names = ("master", "volume", "filer", "s3", "admin")
    ports = free_ports(2 * len(names))
    options = [f"-{n}.port={p}" for n, p in zip(names, ports, strict=False)]
    options += [f"-{n}.port.grpc={p}" for n, p in zip(names, ports[len(names) :], strict=False)]
    options += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false"]
    options += [
        "-master.telemetry=false",
        f"-filer.localSocket={folder}/filer.sock",
        f"-s3.localSocket={folder}/s3.sock",
    ]
    endpoint = f"http://127.0.0.1:{ports[names.index('s3')]}"

    def ready() -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{endpoint}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
        return False

    (folder / "data").mkdir()
    command = [
        "weed",
        f"-logdir={folder}",
        "mini",
        f"-dir={folder}/data",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        *options,
    ]
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_") and not k.lower().endswith("_proxy")}
    env |= {"HOME": str(folder), "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "S3_BUCKET": BUCKET}
    with running(command, folder / "weed.log", ready, env):
        yield endpoint


@dataclass(frozen=True)
class Sshd:
    """Where the server of the tests listens, and which key it knows."""

    port: int
    key: Path
    stranger: Path

    def url(self, folder: Path) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{folder}"


@contextmanager
def sshd(folder: Path) -> Iterator[Sshd]:
    """An OpenSSH server of this user alone: own host key, own authorized_keys, keys only."""
    for name in ("host", "key", "stranger"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    shutil.copy(folder / "key.pub", folder / "authorized")
    [port] = free_ports(1)
    (folder / "config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        f"PidFile {folder}/pid\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nSubsystem sftp internal-sftp\n"
    )
    program = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert program
    folder_of_sshd = Path("/run/sshd")  # root's sshd wants it; the service that makes it need not run here
    make = os.geteuid() == 0 and not folder_of_sshd.exists()
    if make:
        folder_of_sshd.mkdir(mode=0o755)

    def ready() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return connection.recv(4) == b"SSH-"
        return False

    try:
        with running([program, "-D", "-e", "-f", str(folder / "config")], folder / "log", ready, dict(os.environ)):
            yield Sshd(port, folder / "key", folder / "stranger")
    finally:
        if make:
            with suppress(OSError):
                folder_of_sshd.rmdir()


@contextmanager
def silent() -> Iterator[int]:
    """A server that takes every connection and never says a word; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    held.append(server.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield int(server.getsockname()[1])
        for connection in held:
            connection.close()
