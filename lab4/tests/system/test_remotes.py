"""The other remotes against real servers, and what each kind of failure says."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from s3fs import S3FileSystem

from lab4.tests.support.scratch import Scratch, published, stopped
from tests.support import servers

LINE = "Data versions published and verified: v0 v1 v2 v3\n"


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


def secret_is_nowhere(scratch: Scratch, secret: str) -> None:
    """Not in a file that the run made; the committed ones are older than the secret."""
    for folder in ("data", "reports", ".dvc"):
        for path in (scratch.lab / folder).rglob("*"):
            assert not path.is_file() or secret.encode() not in path.read_bytes(), path


@pytest.mark.s3
def test_the_whole_pipeline_moves_to_s3_and_back(clone: Scratch, s3: dict[str, str]) -> None:
    env = {**s3, "DVC_REMOTE_URL": f"{s3['DVC_REMOTE_URL']}/whole"}
    before = clone.git("for-each-ref"), clone.git("status", "--porcelain")
    done = clone.run("pipeline.sh", **env)
    assert done.returncode == 0, done.stderr
    assert done.stdout == LINE
    assert (clone.git("for-each-ref"), clone.git("status", "--porcelain")) == before
    S3FileSystem.clear_instance_cache()
    store = S3FileSystem(key=servers.KEY, secret=servers.SECRET, endpoint_url=s3["AWS_ENDPOINT_URL"])
    objects = {name.rsplit("md5/", 1)[1].replace("/", "") for name in store.find(f"{servers.BUCKET}/whole")}
    assert objects == {version.md5 for version in published().values()}
    report = (clone.lab / "reports/report.md").read_text()
    assert f"{env['DVC_REMOTE_URL']} at {env['AWS_ENDPOINT_URL']}" in report
    secret_is_nowhere(clone, servers.SECRET)

    md5 = published()["v2"].md5
    name = f"{servers.BUCKET}/whole/files/md5/{md5[:2]}/{md5[2:]}"
    store.pipe_file(name, b"not the table\n")
    stopped(clone.run("switch_versions.py", **env), "titanic.csv of v2", f"s3://{name}", "delete it")
    store.rm(name)
    again = clone.run("switch_versions.py", **env)
    assert again.returncode == 0, again.stderr
    assert store.exists(name)


@pytest.mark.s3
def test_s3_stops_with_one_message_when_something_is_wrong(clone: Scratch, s3: dict[str, str]) -> None:
    env = {**s3, "DVC_REMOTE_URL": f"{s3['DVC_REMOTE_URL']}/failures"}
    wrong = clone.run("switch_versions.py", **{**env, "AWS_SECRET_ACCESS_KEY": "wrong"})
    stopped(wrong, "refused", "AWS_SECRET_ACCESS_KEY", env["DVC_REMOTE_URL"])
    [port] = servers.free_ports(1)
    start = monotonic()
    down = clone.run("switch_versions.py", **{**env, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"})
    stopped(down, "no answer", f"127.0.0.1:{port}", "server is up")
    assert monotonic() - start < 60
    misspelt = clone.run("switch_versions.py", **env, DVC_REMOTE_KEYFIL="x")
    stopped(misspelt, "configuration error", "keyfil")


@pytest.mark.sshd
def test_the_versions_move_to_ssh_and_a_stranger_is_refused(clone: Scratch, sshd: servers.Sshd, tmp_path: Path) -> None:
    env = {"DVC_REMOTE_URL": sshd.url(tmp_path / "store"), "DVC_REMOTE_KEYFILE": str(sshd.key)}
    stranger = clone.run("switch_versions.py", **{**env, "DVC_REMOTE_KEYFILE": str(sshd.stranger)})
    stopped(stranger, "refused", "DVC_REMOTE_KEYFILE")
    done = clone.run("switch_versions.py", **env)
    assert done.returncode == 0, done.stderr
    for version in published().values():
        name = tmp_path / "store/files/md5" / version.md5[:2] / version.md5[2:]
        assert hashlib.md5(name.read_bytes()).hexdigest() == version.md5
    secret_is_nowhere(clone, str(sshd.key))
    [port] = servers.free_ports(1)
    down = clone.run("switch_versions.py", **{**env, "DVC_REMOTE_URL": f"ssh://127.0.0.1:{port}/store"})
    stopped(down, "no answer", str(port))


def test_a_remote_that_says_nothing_is_given_a_bounded_time(clone: Scratch) -> None:
    with servers.silent() as port:
        env = {
            "DVC_REMOTE_URL": f"s3://{servers.BUCKET}",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": servers.KEY,
            "AWS_SECRET_ACCESS_KEY": servers.SECRET,
            "DVC_REMOTE_SECONDS": "5",
        }
        start = monotonic()
        stopped(clone.run("switch_versions.py", **env), "did not finish within 5 s", "DVC_REMOTE_SECONDS")
        assert monotonic() - start < 60
