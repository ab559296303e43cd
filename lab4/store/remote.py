"""Where the data of the versions are kept: a folder by default, S3, SSH or Google Drive by DVC_REMOTE_URL."""

import os
from collections.abc import Mapping
from configparser import ConfigParser
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from lab4.store import gdrive
from lab4.store.stop import Stop

NAME: Final = "storage"
PREFIX: Final = "DVC_REMOTE_"
KINDS: Final = {"": "local folder", "s3": "S3", "ssh": "SSH", "gdrive": "Google Drive"}
# What to look at when the remote refuses us.
CREDENTIALS: Final = {
    "": "the folder's permissions",
    "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the bucket's name",
    "ssh": "DVC_REMOTE_USER, DVC_REMOTE_KEYFILE or DVC_REMOTE_PASSWORD, and the folder's permissions",
    "gdrive": "the credentials, see lab4/google_drive.md",
}


@dataclass(frozen=True)
class Remote:
    """Public settings are committed in .dvc/config, local ones stay in .dvc/config.local."""

    scheme: str
    url: str
    public: Mapping[str, str | int | bool]
    local: Mapping[str, str] = field(repr=False)
    seconds: float

    def __str__(self) -> str:
        """For messages and the report: nothing secret is in it."""
        endpoint = self.public.get("endpointurl")
        return f"{self.url} at {endpoint}" if endpoint else self.url

    def is_named_in(self, config: str) -> bool:
        """Whether a .dvc/config has exactly the public settings of this remote."""
        parser = ConfigParser(interpolation=None)
        parser.read_string(config)
        section = f"'remote \"{NAME}\"'"
        found = dict(parser[section]) if parser.has_section(section) else {}
        return found == {name: str(value) for name, value in self.public.items()}

    @property
    def kind(self) -> str:
        return KINDS[self.scheme]


def _options(scheme: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Every DVC_REMOTE_<OPTION> is the remote's option of that name, if DVC knows such an option."""
    from dvc.config_schema import REMOTE_SCHEMAS

    known = {str(name) for name in REMOTE_SCHEMAS[scheme]}
    options = {}
    for variable, value in environ.items():
        option = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or option in ("url", "seconds") or not value:
            continue
        if option not in known:
            near = get_close_matches(option, known, n=1)
            hint = f"; did you mean {PREFIX}{near[0].upper()}?" if near else ""
            raise Stop(f"{variable}: a remote of kind {KINDS[scheme]} has no option {option}{hint}")
        options[option] = value
    return options


def _public(scheme: str, url: str, environ: Mapping[str, str]) -> dict[str, str | int | bool]:
    # Without verify a pull would take a corrupted object of the remote for good.
    settings: dict[str, str | int | bool] = {"url": url, "verify": True}
    if scheme == "s3":
        endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL")
        region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
        settings |= {"endpointurl": endpoint} if endpoint else {}
        settings |= {"region": region} if region else {}
        settings |= {"connect_timeout": 5, "read_timeout": 20}
    if scheme == "ssh":
        settings |= {"timeout": 10}
    return settings


def from_environment(environ: Mapping[str, str], default: Path) -> Remote:
    """The remote that the environment names, else the folder; checked as far as goes without a network."""
    url = environ.get(f"{PREFIX}URL", "").strip()
    parts = urlsplit(url)
    scheme = parts.scheme if "://" in url else ""
    if scheme not in KINDS:
        raise Stop(f"{PREFIX}URL: {scheme}:// is none of a folder, s3://, ssh://, gdrive://")
    if parts.password:
        raise Stop(f"{PREFIX}URL holds a password, and the URL is published: put it into {PREFIX}PASSWORD")
    if scheme == "ssh" and not (parts.hostname and parts.path.strip("/")):
        raise Stop(f"{PREFIX}URL: {url} lacks a host or a folder; it reads ssh://user@host:port/folder")
    if scheme == "s3" and not parts.netloc:
        raise Stop(f"{PREFIX}URL: {url} lacks the bucket; it reads s3://bucket/folder")
    seconds = environ.get(f"{PREFIX}SECONDS", "60")
    try:
        limit = float(seconds)
    except ValueError:
        raise Stop(f"{PREFIX}SECONDS: {seconds!r} is no number of seconds") from None
    if not scheme:
        url = str(Path(url).expanduser().absolute() if url else default)
    options = _options(scheme, environ)
    if scheme == "gdrive":
        gdrive.check(url, options)
    if scheme == "s3":
        os.environ.setdefault("AWS_MAX_ATTEMPTS", "2")  # the default's retries take longer than a person waits
    return Remote(scheme, url, _public(scheme, url, environ), options, limit)
