"""Where the data of the versions are kept: the folder in git, or what DVC_REMOTE_URL names (S3, SSH, Google Drive)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from lab4.versions import LabError

PREFIX: Final = "DVC_REMOTE_"
# What to check when a remote of this kind refuses us.
CREDENTIALS: Final = {
    "": "the folder's permissions",
    "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the bucket's name",
    "ssh": "DVC_REMOTE_USER, DVC_REMOTE_KEYFILE or DVC_REMOTE_PASSWORD, and the folder's permissions",
    "gdrive": "the credentials, see lab4/google_drive.md",
}
# Options that name a file, relative to the caller's folder.
FILES: Final = {"keyfile", "credentialpath", "configpath", "gdrive_service_account_json_file_path"}
REFUSED: Final = ("Forbidden", "Denied", "denied", "SignatureDoesNotMatch", "InvalidAccessKeyId", "redentials")
NO_ANSWER: Final = ("onnect", "timed out", "resolve", "find the server")


@dataclass(frozen=True)
class Remote:
    """An empty url is the folder in git, which needs no settings and is never written to by the pipeline."""

    scheme: str = ""
    url: str = ""
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    seconds: float = 60

    def __str__(self) -> str:
        """For messages and the report: nothing secret is in it."""
        endpoint = self.options.get("endpointurl")
        return (self.url or "lab4/dvc_remote") + (f" at {endpoint}" if endpoint else "")

    def config(self) -> str:
        """The text of .dvc/config.local, which git ignores."""
        options = {"url": self.url, "verify": "true", **self.options}
        lines = "".join(f"    {name} = {value}\n" for name, value in options.items())
        return f"[core]\n    remote = chosen\n['remote \"chosen\"']\n{lines}"

    def explain(self, output: str) -> str:
        """The reason for which a dvc command failed, and the remedy, from what it printed."""
        errors = [line.removeprefix("ERROR: ") for line in output.splitlines() if line.startswith("ERROR: ")]
        reason = errors[0] if errors else " ".join(output.split())
        if any(sign in reason for sign in REFUSED):
            return f"refused ({reason}): check {CREDENTIALS[self.scheme]}"
        if any(sign in reason for sign in NO_ANSWER):
            return f"no answer ({reason}): check the address, and that the server is up"
        return reason

    def object(self, md5: str) -> str:
        """The address of the object that holds the bytes with this md5."""
        return f"{self.url or 'lab4/dvc_remote'}/files/md5/{md5[:2]}/{md5[2:]}"


def from_environment(environ: Mapping[str, str]) -> Remote:
    """The remote that the environment names. Every DVC_REMOTE_<OPTION> is DVC's remote option of that name."""
    url = environ.get(f"{PREFIX}URL", "").strip()
    scheme = urlsplit(url).scheme if "://" in url else ""
    options = {name.removeprefix(PREFIX).lower(): value for name, value in environ.items() if name.startswith(PREFIX)}
    for name in options.keys() & FILES:
        options[name] = str(Path(options[name]).expanduser().absolute())
    options.pop("url", None)
    seconds = options.pop("seconds", "60")
    if not seconds.isdecimal():
        raise LabError(f"{PREFIX}SECONDS: {seconds!r} is not a whole number of seconds")
    if scheme not in CREDENTIALS:
        raise LabError(f"{PREFIX}URL: {scheme}:// is not supported; use a folder, s3://, ssh:// or gdrive://")
    if urlsplit(url).password:
        raise LabError(f"{PREFIX}URL contains a password, and the report shows it: set {PREFIX}PASSWORD instead")
    if scheme == "gdrive" and find_spec("dvc_gdrive") is None:
        raise LabError("Google Drive's client is not installed; lab4/google_drive.md shows how")
    if url and not scheme:
        url = str(Path(url).expanduser().absolute())
    if scheme == "s3":
        endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL")
        options = {"connect_timeout": "5", "read_timeout": "20", **options}
        if endpoint:
            options["endpointurl"] = endpoint
    if scheme == "ssh":
        options.setdefault("timeout", "10")
    return Remote(scheme, url, options, float(seconds))
