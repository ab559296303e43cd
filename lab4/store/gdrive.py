"""Google Drive's settings, checked before anything is asked of the network (see google_drive.md)."""

import json
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from lab4.store.stop import Stop

PAGE = "see lab4/google_drive.md"


def _service_account(path: Path) -> None:
    variable = "DVC_REMOTE_GDRIVE_SERVICE_ACCOUNT_JSON_FILE_PATH"
    try:
        key = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Stop(f"{variable}: {path} cannot be read ({error.strerror}); {PAGE}") from None
    except ValueError:
        raise Stop(f"{variable}: {path} is not JSON, so no key file of a service account; {PAGE}") from None
    missing = [name for name in ("client_email", "private_key") if not isinstance(key, dict) or name not in key]
    if missing:
        raise Stop(f"{variable}: {path} lacks {' and '.join(missing)}, so it is no service account's key; {PAGE}")


def check(url: str, options: Mapping[str, str]) -> None:
    """Raises Stop for the first setting with which Google Drive cannot work."""
    folder = urlsplit(url).netloc
    if not re.fullmatch(r"root|appDataFolder|[A-Za-z0-9_-]{15,}", folder):
        raise Stop(f"DVC_REMOTE_URL: {folder!r} is no id of a Drive folder (the end of its address); {PAGE}")
    if path := options.get("gdrive_service_account_json_file_path"):
        _service_account(Path(path).expanduser())
        if options.get("gdrive_use_service_account", "").lower() != "true":
            raise Stop(f"DVC_REMOTE_GDRIVE_USE_SERVICE_ACCOUNT must be true to use the key file; {PAGE}")
    elif not {"gdrive_client_id", "gdrive_client_secret"} <= options.keys():
        raise Stop(
            "Google Drive wants a service account (DVC_REMOTE_GDRIVE_SERVICE_ACCOUNT_JSON_FILE_PATH) or "
            f"an own client (DVC_REMOTE_GDRIVE_CLIENT_ID and DVC_REMOTE_GDRIVE_CLIENT_SECRET); {PAGE}"
        )
    if find_spec("dvc_gdrive") is None:
        raise Stop(f"Google Drive's client is not installed, it has its own lab4/requirements-gdrive.txt; {PAGE}")
