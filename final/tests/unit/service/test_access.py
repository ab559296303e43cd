"""Who may ask: keys that change while the service runs, web pages of other origins, and what is told without a key."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.base.paths import FINAL, PRODUCTS
from service.app import create_app
from service.model.serving import without_folders
from service.settings import Settings
from service.state import Server

PAGE = "https://app.example"


def line(name: str, key: str) -> str:
    return f"{name} {hashlib.sha256(key.encode()).hexdigest()}\n"


def write(keys: Path, text: str) -> None:
    """At another time than before, as far as the file system knows."""
    written = keys.stat().st_mtime_ns if keys.exists() else 0
    keys.write_text(text)
    os.utime(keys, ns=(written + 10**9, written + 10**9))


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    write(tmp_path / "keys.txt", line("me", "sesame"))
    return tmp_path / "keys.txt"


@pytest.fixture
def server(tmp_path: Path, keys: Path) -> Callable[..., Server]:
    """A server with a key and without a model."""

    def made(**settings: Any) -> Server:
        (tmp_path / "titanic").mkdir()
        shutil.copy(PRODUCTS / "titanic" / "product.yaml", tmp_path / "titanic")
        return Server(Settings(product=str(tmp_path / "titanic"), api_keys_file=keys, **settings))

    return made


def accepted(server: Server, *keys: str) -> list[str]:
    assert server.keys is not None
    return [key for key in keys if server.keys.who([(b"x-api-key", key.encode())])]


def test_keys_come_and_go_while_the_service_runs(
    server: Callable[..., Server], keys: Path, caplog: pytest.LogCaptureFixture
) -> None:
    running = server()
    write(keys, line("me", "sesame") + line("you", "open"))
    running._look_at_keys()
    assert accepted(running, "sesame", "open") == ["sesame"]  # it may be half written
    running._look_at_keys()
    assert accepted(running, "sesame", "open") == ["sesame", "open"]
    write(keys, line("you", "open"))
    running.reload_keys()  # told by a signal: at once
    assert accepted(running, "sesame", "open") == ["open"]
    write(keys, "you 123\n")
    running.reload_keys()
    assert accepted(running, "sesame", "open") == ["open"]
    assert "those of before are still good" in caplog.text
    assert "keys.txt:1: must be a name and a sha256" in caplog.text
    keys.unlink()
    for _ in range(3):
        running._look_at_keys()
    assert accepted(running, "open") == ["open"]
    assert caplog.text.count("can't be read") == 1
    write(keys, "# all are revoked\n")
    for _ in range(2):
        running._look_at_keys()
    assert accepted(running, "sesame", "open") == []


def test_without_a_key_only_probes_are_answered(server: Callable[..., Server]) -> None:
    with TestClient(create_app(server())) as client:
        for path in ("/contract", "/openapi.json", "/docs", "/model", "/metrics"):
            assert client.get(path).status_code == 401, path
            assert client.get(path, headers={"x-api-key": "sesame"}).status_code != 401, path
        assert client.get("/healthz").status_code == 200


def asked_by_a_page(client: TestClient, origin: str) -> tuple[int, str | None, int, str | None]:
    """Status and allowed origin of what a browser asks before, and of what it asks then, without a key."""
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "x-api-key,content-type"}
    before = client.options("/predict", headers={"origin": origin, **asks})
    then = client.post("/predict", json={}, headers={"origin": origin})
    allowed = "access-control-allow-origin"
    return before.status_code, before.headers.get(allowed), then.status_code, then.headers.get(allowed)


@pytest.mark.parametrize(
    ("origins", "origin", "expected"),
    [
        ("", PAGE, (405, None, 401, None)),
        (f"https://b.example, {PAGE}", PAGE, (200, PAGE, 401, PAGE)),
        (PAGE, "https://b.example", (400, None, 401, None)),
        ("*", PAGE, (200, "*", 401, "*")),
    ],
)
def test_pages_of_other_origins_may_ask_if_that_is_set(
    server: Callable[..., Server], origins: str, origin: str, expected: tuple[Any, ...]
) -> None:
    with TestClient(create_app(server(cors_origins=origins))) as client:
        assert asked_by_a_page(client, origin) == expected
        fast_path = client.app.state.fast_path  # type: ignore[attr-defined]
        assert fast_path.is_of_a_page([(b"origin", origin.encode())]) == bool(origins)
        assert not fast_path.is_of_a_page([(b"host", b"a")])


@pytest.mark.parametrize("text", ["app.example", "https://app.example/", "https://a.example,b", "https://a b"])
def test_an_origin_that_no_browser_sends_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="origins such as https"):
        Settings(cors_origins=text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/srv/my models/a1: the hash is b2", "a1: the hash is b2"),
        (f"{FINAL}/products/x/registry has no champion: run bash final/pipeline.sh x", None),
        ("[Errno 13] Permission denied: '/srv/my models/a1/model.cbm'", "[Errno 13] Permission denied: 'a1/model.cbm'"),
        ("see /etc/a/b.txt, or POST to http://a/b at 1/2", "see b.txt, or POST to http://a/b at 1/2"),
    ],
)
def test_a_problem_is_told_without_folders(text: str, shown: str | None) -> None:
    told = without_folders(text, Path("/srv/my models/a1"))
    assert str(FINAL.parent) not in told
    assert told == (shown or "final/products/x/registry has no champion: run bash final/pipeline.sh x")


def test_what_is_not_ready_tells_no_folder(server: Callable[..., Server], tmp_path: Path) -> None:
    with TestClient(create_app(server())) as client:
        detail = client.get("/readyz").json()["detail"]
        assert "has no champion yet" in detail
        assert str(tmp_path.parent) not in detail
