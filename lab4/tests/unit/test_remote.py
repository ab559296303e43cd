"""What the environment may say about the remote, what is refused, and how DVC's failures are explained."""

from pathlib import Path

import pytest

from lab4 import remote
from lab4.versions import LabError

DRIVE = "gdrive://1AbCdEfGhIjKlMnOpQrStUv/titanic"


def test_without_a_setting_the_remote_is_the_folder_in_git() -> None:
    settings = remote.from_environment({"DVC_REMOTE_URL": "", "HOME": "/x"})
    assert (settings.url, str(settings)) == ("", "lab4/dvc_remote")


def test_a_folder_and_a_key_file_may_be_named_relative_to_the_callers_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert remote.from_environment({"DVC_REMOTE_URL": "some where"}).url == str(tmp_path / "some where")
    ssh = remote.from_environment({"DVC_REMOTE_URL": "ssh://host/x", "DVC_REMOTE_KEYFILE": "key"})
    assert ssh.options["keyfile"] == str(tmp_path / "key")


def test_credentials_are_in_the_local_config_and_in_no_message() -> None:
    env = {
        "DVC_REMOTE_URL": "s3://bucket/folder",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_SECRET_ACCESS_KEY": "stays in the environment",
        "DVC_REMOTE_SECRET_ACCESS_KEY": "hidden",
        "DVC_REMOTE_SECONDS": "7",
    }
    settings = remote.from_environment(env)
    assert "secret_access_key = hidden\n" in settings.config()
    assert "verify = true\n" in settings.config()
    assert "stays" not in settings.config()
    assert "hidden" not in f"{settings} {settings!r}"
    assert str(settings) == "s3://bucket/folder at http://127.0.0.1:1"
    assert settings.seconds == 7


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({"DVC_REMOTE_URL": "ftp://host/x"}, "DVC_REMOTE_URL: ftp:// is not supported"),
        ({"DVC_REMOTE_URL": "ssh://me:word@host/x"}, "set DVC_REMOTE_PASSWORD instead"),
        ({"DVC_REMOTE_SECONDS": "soon"}, "DVC_REMOTE_SECONDS: 'soon' is not a whole number"),
        ({"DVC_REMOTE_URL": DRIVE}, "lab4/google_drive.md"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(
    env: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lab4.remote.find_spec", lambda _name: None)
    with pytest.raises(LabError) as stopped:
        remote.from_environment(env)
    assert reason in str(stopped.value)
    assert "word@" not in str(stopped.value)


@pytest.mark.parametrize(
    ("printed", "explained"),
    [
        ("ERROR: failed to connect to s3 (x) - Forbidden: An error occurred (403)\nERROR: failed to pull", "refused ("),
        ('ERROR: failed to connect to s3 (x) - Could not connect to the endpoint URL: "http://a"', "no answer ("),
        ("WARNING: a\nERROR: configuration error - extra keys not allowed", "configuration error - extra keys"),
        ("something\nelse", "something else"),
    ],
)
def test_a_failure_is_explained_in_one_line(printed: str, explained: str) -> None:
    text = remote.Remote("s3", "s3://bucket").explain(printed)
    assert text.startswith(explained)
    assert "\n" not in text
