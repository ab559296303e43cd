"""What DVC is asked and told by the pipeline, and how its errors are put into words; DVC itself is a stand-in here."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dvc.exceptions import DvcException
from dvc.stage.exceptions import StageCmdFailedError

from core.base.paths import Paths
from pipeline import dvc


class Repository:
    """Records what it is asked to reproduce; `error` is raised by the first request."""

    def __init__(self, remote: str | None = None, error: Exception | None = None) -> None:
        self.config = {"core": {"remote": remote}, "remote": {remote: {"url": "s3://bucket/store"}}}
        self.error = error
        self.asked: list[dict[str, Any]] = []

    def _answer(self, **request: Any) -> None:
        self.asked.append(request)
        if self.error is not None:
            raise self.error

    def reproduce(self, **request: Any) -> list[Any]:
        self._answer(**request)
        return []

    def push(self, **request: Any) -> int:
        self._answer(**request)
        return 3


def use(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    @contextmanager
    def opened() -> Iterator[Repository]:
        yield repository

    monkeypatch.setattr(dvc, "_repository", opened)
    return repository


def caused(by: Exception) -> DvcException:
    error = DvcException("failed")
    error.__cause__ = by
    return error


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """A product without a table."""
    (tmp_path / "product.yaml").touch()
    return str(tmp_path)


def test_a_table_that_is_not_here_is_pulled_before_it_is_made(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = use(Repository("shared"), monkeypatch)
    dvc.fetch(shop)
    stage = [f"data_creation@{shop}"]
    assert repository.asked == [{"targets": stage, "pull": True}, {"targets": stage}]


def test_a_table_that_is_here_is_only_brought_up_to_date(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = Paths.of(shop).raw
    raw.parent.mkdir()
    raw.touch()
    repository = use(Repository("shared"), monkeypatch)
    dvc.fetch(shop)
    assert repository.asked == [{"targets": [f"data_creation@{shop}"]}]


def test_without_a_remote_nothing_is_pulled_or_pushed(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = use(Repository(), monkeypatch)
    dvc.fetch(shop)
    assert repository.asked == [{"targets": [f"data_creation@{shop}"]}]
    with pytest.raises(dvc.RemoteError, match=r"^push: no remote is set: DVC_REMOTE_URL=s3://bucket/folder, or "):
        dvc.push("shop")


def test_a_pull_that_fails_names_the_remote(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(Repository("shared", caused(OSError("no route"))), monkeypatch)
    with pytest.raises(dvc.RemoteError, match=r"^dvc: pulling from s3://bucket/store: no route$"):
        dvc.fetch(shop)


def test_a_stage_that_fails_in_a_pull_is_not_the_remotes_fault(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error = caused(StageCmdFailedError("python -m stages.data_creation", 1))
    use(Repository("shared", error), monkeypatch)
    with pytest.raises(DvcException) as raised:
        dvc.fetch(shop)
    assert raised.value is error


def test_a_push_counts_files_or_gives_the_innermost_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    use(Repository("shared"), monkeypatch)
    assert dvc.push("shop") == 3
    use(Repository("shared", caused(caused(OSError("disk\n  full")))), monkeypatch)
    with pytest.raises(dvc.RemoteError) as error:
        dvc.push("shop")
    assert str(error.value) == "push: s3://bucket/store did not take it: disk full; nothing here was lost"
    use(Repository("shared", OSError()), monkeypatch)
    with pytest.raises(dvc.RemoteError, match="did not take it: OSError; "):
        dvc.push("shop")


def test_a_bucket_is_asked_with_patience_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    monkeypatch.setenv("DVC_REMOTE_URL", "s3://bucket/store")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    patience = {"url": "s3://bucket/store", "verify": True, "connect_timeout": 5, "read_timeout": 20}
    assert dvc._config()["remote"]["shared"] == patience
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:8333")
    assert dvc._config()["remote"]["shared"] == {**patience, "endpointurl": "http://localhost:8333"}
    monkeypatch.setenv("DVC_REMOTE_URL", "/store")
    config = dvc._config()
    assert config["core"]["remote"] == "shared"
    assert config["remote"]["shared"] == {"url": "/store", "verify": True}
