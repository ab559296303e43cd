"""What the environment may say about the remote, and what is refused before anything is asked of a network."""

import json
from pathlib import Path

import pytest

from lab4.store import remote
from lab4.store.document import Block, Paragraph, Table, to_html, to_markdown
from lab4.store.stop import Stop, TooSlow, at_most

DRIVE = "gdrive://1AbCdEfGhIjKlMnOpQrStUv/titanic"
FILE = "DVC_REMOTE_GDRIVE_SERVICE_ACCOUNT_JSON_FILE_PATH"


def read(tmp_path: Path, **env: str) -> remote.Remote:
    return remote.from_environment(env, tmp_path / "default")


def test_without_a_setting_the_remote_is_the_local_folder(tmp_path: Path) -> None:
    found = read(tmp_path, DVC_REMOTE_URL="", HOME="/x")
    assert (found.kind, found.url) == ("local folder", str(tmp_path / "default"))


def test_a_folder_may_be_named_relative_to_the_callers_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read(tmp_path, DVC_REMOTE_URL="some where").url == str(tmp_path / "some where")


def test_public_settings_are_apart_from_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")  # put back after the test
    env = {
        "DVC_REMOTE_URL": "s3://bucket/folder",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_DEFAULT_REGION": "eu-1",
        "AWS_SECRET_ACCESS_KEY": "never read here",
        "DVC_REMOTE_SECRET_ACCESS_KEY": "hidden",
    }
    found = read(tmp_path, **env)
    assert found.public["endpointurl"] == "http://127.0.0.1:1"
    assert found.public["region"] == "eu-1"
    assert found.local == {"secret_access_key": "hidden"}
    assert "hidden" not in f"{found} {found!r} {found.public}"
    assert "never" not in f"{found.public} {found.local}"


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"DVC_REMOTE_URL": "ftp://host/x"}, "ftp:// is none of"),
        ({"DVC_REMOTE_URL": "s3:///x"}, "lacks the bucket"),
        ({"DVC_REMOTE_URL": "ssh://host"}, "lacks a host or a folder"),
        ({"DVC_REMOTE_URL": "ssh://me:word@host/x"}, "DVC_REMOTE_PASSWORD"),
        ({"DVC_REMOTE_URL": "ssh://host/x", "DVC_REMOTE_KEYFIL": "k"}, "did you mean DVC_REMOTE_KEYFILE?"),
        ({"DVC_REMOTE_SECONDS": "soon"}, "'soon' is no number of seconds"),
        ({"DVC_REMOTE_URL": "gdrive://My Drive/x"}, "no id of a Drive folder"),
        ({"DVC_REMOTE_URL": DRIVE}, "wants a service account"),
        ({"DVC_REMOTE_URL": DRIVE, "DVC_REMOTE_GDRIVE_CLIENT_ID": "1"}, "DVC_REMOTE_GDRIVE_CLIENT_SECRET"),
        ({"DVC_REMOTE_URL": DRIVE, FILE: "/no/such.json"}, "cannot be read"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(tmp_path: Path, env: dict[str, str], said: str) -> None:
    with pytest.raises(Stop) as stopped:
        read(tmp_path, **env)
    message = str(stopped.value)
    assert said in message
    assert next(reversed(env)) in message or "google_drive.md" in message
    assert "word" not in message.replace("password", "").replace("PASSWORD", "")


def test_google_drives_key_file_is_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key.json"
    env = {"DVC_REMOTE_URL": DRIVE, FILE: str(path)}
    for content, said in (("no", "not JSON"), ('{"client_email": "a"}', "lacks private_key")):
        path.write_text(content)
        with pytest.raises(Stop, match=said):
            read(tmp_path, **env)
    path.write_text(json.dumps({"client_email": "a", "private_key": "b"}))
    with pytest.raises(Stop, match="USE_SERVICE_ACCOUNT must be true"):
        read(tmp_path, **env)
    env["DVC_REMOTE_GDRIVE_USE_SERVICE_ACCOUNT"] = "true"
    monkeypatch.setattr("lab4.store.gdrive.find_spec", lambda _name: None)
    with pytest.raises(Stop, match=r"lab4/requirements-gdrive\.txt"):
        read(tmp_path, **env)
    monkeypatch.setattr("lab4.store.gdrive.find_spec", lambda _name: object())
    found = read(tmp_path, **env)
    assert found.kind == "Google Drive"
    assert found.public == {"url": DRIVE, "verify": True}
    assert found.local["gdrive_service_account_json_file_path"] == str(path)


def test_a_block_that_takes_too_long_is_ended() -> None:
    import time

    with pytest.raises(TooSlow, match="too long"), at_most(0.05, "too long"):
        time.sleep(5)


def test_what_a_report_shows_is_escaped() -> None:
    blocks: list[Block] = [Paragraph("a <b> & `c<d`"), Table(["x", "y#"], [["p|q", "<1"]])]
    html = to_html("t", blocks)
    assert "<p>a &lt;b&gt; &amp; <code>c&lt;d</code></p>" in html
    assert '<td>p|q</td><td class="number">&lt;1</td>' in html
    assert "| p\\|q | <1 |" in to_markdown(blocks)
