"""The other remotes against real servers, and what each kind of failure says and leaves."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from lab4.tests import servers
from lab4.tests.conftest import Scratch, publish_here
from lab4.tests.test_tampering import switchable

VERSIONS = ("v1", "v2", "v3")
pytestmark = pytest.mark.filterwarnings("ignore:_NoneStep:DeprecationWarning")


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables a person sets for S3; each test appends a folder of its own to the URL."""
    with servers.s3(tmp_path_factory.mktemp("s3")) as endpoint:
        yield {
            "DVC_REMOTE_URL": f"s3://{servers.BUCKET}",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": servers.KEY,
            "AWS_SECRET_ACCESS_KEY": servers.SECRET,
        }


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Sshd]:
    with servers.sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


def files(env: dict[str, str]) -> Any:
    from s3fs import S3FileSystem  # type: ignore[import-untyped]

    S3FileSystem.clear_instance_cache()
    return S3FileSystem(
        key=env["AWS_ACCESS_KEY_ID"], secret=env["AWS_SECRET_ACCESS_KEY"], endpoint_url=env["AWS_ENDPOINT_URL"]
    )


def md5(scratch: Scratch, version: str) -> str:
    return hashlib.md5((scratch.lab / f"data/{version}.csv").read_bytes()).hexdigest()


def stops(done: Any, *parts: str) -> None:
    """One message, naming these, and no stack trace."""
    assert done.returncode == 1
    assert done.stdout == ""
    message = [line for line in done.stderr.splitlines() if "publish.py: v" not in line]
    assert len(message) == 1, done.stderr
    for part in parts:
        assert part in message[0]
    assert servers.SECRET not in done.stderr


def secret_is_nowhere(scratch: Scratch, secret: str, but: str = "") -> None:
    """Neither in a file that the run made, nor in any commit."""
    for folder in ("data", "workspace", "remote", "reports"):
        for path in (scratch.lab / folder).rglob("*"):
            if path.is_file() and path.name != but:
                assert secret.encode() not in path.read_bytes(), path
    assert secret not in scratch.git("workspace", "log", "--all", "--patch", "--", ".dvc")


@pytest.mark.s3
def test_s3_publishes_proves_and_stops_with_one_message_when_something_is_wrong(
    fresh: Scratch, s3: dict[str, str]
) -> None:
    env = {**s3, "DVC_REMOTE_URL": f"{s3['DVC_REMOTE_URL']}/failures"}
    done = fresh.python("publish.py", **env)
    assert done.returncode == 0, done.stderr
    secret_is_nowhere(fresh, servers.SECRET)

    wrong = {**env, "AWS_SECRET_ACCESS_KEY": "wrong"}
    stops(fresh.python("publish.py", **wrong), "refused", "AWS_SECRET_ACCESS_KEY", env["DVC_REMOTE_URL"])
    [port] = servers.free_ports(1)
    down = {**env, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    start = monotonic()
    stops(fresh.python("publish.py", **down), "no answer", f"127.0.0.1:{port}", "server is up")
    assert monotonic() - start < 40
    stops(fresh.python("switch_versions.py", **down), "no answer", f"127.0.0.1:{port}")
    assert all(switchable(fresh, version) for version in VERSIONS)

    store = files(env)
    name = f"{servers.BUCKET}/failures/files/md5/{md5(fresh, 'v2')[:2]}/{md5(fresh, 'v2')[2:]}"
    store.pipe_file(name, b"not the table\n")
    changed = hashlib.md5(b"not the table\n").hexdigest()
    stops(fresh.python("switch_versions.py", **env), "titanic.csv of v2", f"s3://{name}", changed, md5(fresh, "v2"))
    store.rm(name)
    stops(fresh.python("switch_versions.py", **env), "titanic.csv of v2", f"s3://{name} is missing", md5(fresh, "v2"))
    assert all(switchable(fresh, version) for version in VERSIONS)
    assert fresh.python("publish.py", **env).returncode == 0
    done = fresh.python("switch_versions.py", **env)
    assert done.returncode == 0, done.stderr


@pytest.mark.s3
def test_the_whole_pipeline_moves_from_the_local_remote_to_s3(fresh: Scratch, s3: dict[str, str]) -> None:
    publish_here(fresh)
    tags = fresh.git("workspace", "for-each-ref", "refs/tags")
    env = {**s3, "DVC_REMOTE_URL": f"{s3['DVC_REMOTE_URL']}/whole"}
    done = fresh.bash("pipeline.sh", **env)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Data versions published and verified: v1 v2 v3\n"
    assert fresh.git("workspace", "for-each-ref", "refs/tags") == tags
    objects = {name.rsplit("md5/", 1)[1].replace("/", "") for name in files(env).find(f"{servers.BUCKET}/whole")}
    assert {md5(fresh, version) for version in VERSIONS} < objects
    report = (fresh.lab / "reports/report.html").read_text()
    assert f"{env['DVC_REMOTE_URL']} at {env['AWS_ENDPOINT_URL']}" in report
    secret_is_nowhere(fresh, servers.SECRET)


@pytest.mark.sshd
def test_ssh_publishes_proves_and_keeps_the_key_out_of_git(fresh: Scratch, sshd: servers.Sshd, tmp_path: Path) -> None:
    env = {"DVC_REMOTE_URL": sshd.url(tmp_path / "store"), "DVC_REMOTE_KEYFILE": str(sshd.key)}
    stranger = {**env, "DVC_REMOTE_KEYFILE": str(sshd.stranger)}
    stops(fresh.python("publish.py", **stranger), "v1", "refused", "DVC_REMOTE_KEYFILE")
    assert not (fresh.lab / "workspace").exists(), "nothing was published, so nothing is left"
    for script in ("publish.py", "switch_versions.py"):
        done = fresh.python(script, **env)
        assert done.returncode == 0, done.stderr
    for version in VERSIONS:
        name = tmp_path / "store/files/md5" / md5(fresh, version)[:2] / md5(fresh, version)[2:]
        assert name.read_bytes() == (fresh.lab / f"data/{version}.csv").read_bytes()
    local = fresh.lab / "workspace/.dvc/config.local"
    assert str(sshd.key) in local.read_text()
    assert local.stat().st_mode & 0o077 == 0
    secret_is_nowhere(fresh, str(sshd.key), but="config.local")
    name.unlink()
    stops(fresh.python("switch_versions.py", **env), "titanic.csv of v3", "is missing", md5(fresh, "v3"))
    [port] = servers.free_ports(1)
    down = {**env, "DVC_REMOTE_URL": f"ssh://127.0.0.1:{port}/store"}
    stops(fresh.python("publish.py", **down), "no answer", str(port))
    assert all(switchable(fresh, version) for version in VERSIONS)


def test_a_remote_that_says_nothing_is_given_a_bounded_time(fresh: Scratch) -> None:
    with servers.silent() as port:
        env = {
            "DVC_REMOTE_URL": f"s3://{servers.BUCKET}",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": servers.KEY,
            "AWS_SECRET_ACCESS_KEY": servers.SECRET,
            "DVC_REMOTE_SECONDS": "3",
        }
        start = monotonic()
        stops(fresh.python("publish.py", **env), "did not finish within 3 s", "DVC_REMOTE_SECONDS")
        assert monotonic() - start < 30
