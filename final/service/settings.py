"""What can be set: by SERVICE_* variables of the environment, and by the options of the same name."""

import ipaddress
import re
import sys
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.base.paths import DEFAULT_PRODUCT

PREFIX = "SERVICE_"
MB = 2**20
PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")  # a prefix of paths
ORIGIN = re.compile(r"\*|[a-z][a-z0-9+.-]*://[^/\s,]+|null")
Positive = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """Each field is the variable SERVICE_<FIELD>; options of the command line go before variables."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", protected_namespaces=()
    )

    product: str = Field(default=DEFAULT_PRODUCT, description="product of products/ whose champion is served")
    model: Path | None = Field(default=None, description="serve the artifact in this folder instead of a champion")
    model_hash: str = Field(default="", description="hash that the artifact in SERVICE_MODEL must have")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    workers: Positive = Field(default=1, description="processes that answer, on one port")
    api_keys_file: Path | None = Field(default=None, description="file of API keys; python -m service.keys makes lines")
    insecure: bool = Field(default=False, description="listen beyond loopback without API keys")
    fast_path: bool = Field(default=True, description="answer rows that came in one piece below ASGI; off: by FastAPI")
    root_path: str = Field(default="", description="path at which a proxy shows the service, such as /titanic")
    trusted_proxies: str = Field(
        default="", description="addresses or networks, with commas, whose X-Forwarded-Prefix names that path instead"
    )
    max_row_bytes: Positive = Field(default=64 * 1024, description="longest body of /predict; more is a 413")
    max_body_bytes: Positive = Field(default=64 * MB, description="longest other body; more is a 413")
    max_batch_bytes: Positive = Field(default=2048 * MB, description="longest body of /predict/batch; more is a 413")
    max_batch_rows: Positive = Field(default=5_000_000, description="most rows of one batch; more is a 413")
    max_explain_rows: Positive = Field(default=1000, description="most rows of one /explain; more is a 413")
    max_waiting: Positive = Field(default=2048, description="single rows that may wait to be predicted; more is a 503")
    micro_batch: Positive = Field(default=64, description="single rows that are predicted together at most")
    max_batches: Positive = Field(default=4, description="batches and explanations at once in a worker; more is a 429")
    max_connections: Positive = Field(default=2048, description="open connections of a worker; more are a 503")
    max_client_connections: Positive = Field(
        default=1024,
        description="open connections of one address, unless it is of SERVICE_TRUSTED_PROXIES; more are a 503",
    )
    max_spool_bytes: Positive = Field(
        default=8192 * MB, description="bodies of batches that arrive at once in a worker; more is a 429"
    )
    keep_alive_seconds: Seconds = Field(default=75, description="time that a connection without a request stays open")
    request_seconds: Seconds = Field(default=10, description="time for a head, or a single row, to arrive; then a 408")
    batch_seconds: Seconds = Field(
        default=600, description="time for the body of a batch to arrive, then a 408, and to be answered, then a 503"
    )
    answer_seconds: Seconds = Field(default=60, description="how often the reader of a long answer is looked at")
    min_bytes_per_second: Positive = Field(
        default=500, description="slowest body of a batch, then a 408, and slowest reader, who is cut off"
    )
    watch_seconds: Seconds = Field(default=1, description="how often a new champion, or file of keys, is looked for")
    shutdown_seconds: Positive = Field(default=20, description="time for requests under way when told to stop")
    access_log: bool = Field(default=False, description="a line of JSON for each request, on stderr")
    prediction_log: Path | None = Field(default=None, description="folder for answered rows, as Parquet files")
    prediction_log_rate: Positive = Field(default=500, description="rows a second that a worker logs at most")
    prediction_log_rows: Positive = Field(default=50_000, description="rows after which the next file is begun")
    prediction_log_seconds: Seconds = Field(default=60, description="seconds after which a file is written anyway")
    prediction_log_bytes: Positive = Field(default=1024 * MB, description="bytes of the log; the oldest files go first")
    prediction_log_days: Seconds = Field(default=90, description="days that a file of the log is kept")
    cors_origins: str = Field(
        default="", description="origins, with commas, whose web pages may ask, such as https://app.example; * is all"
    )

    @field_validator("root_path")
    @classmethod
    def _is_a_path(cls, path: str) -> str:
        if path and not PATH.fullmatch(path):
            raise ValueError("must start with / and not end with one, such as /titanic")
        return path

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, text: str) -> str:
        for origin in origins(text):
            if not ORIGIN.fullmatch(origin):
                raise ValueError("must be *, or origins such as https://app.example:8443, with commas")
        return text

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        _networks(text)
        return text

    def trusts(self, address: str) -> bool:
        """Whether a proxy at this address may name the path at which the service is shown."""
        try:
            proxy = ipaddress.ip_address(address)
        except ValueError:  # not an address, as of a socket that is a file
            return False
        return any(proxy in network for network in _networks(self.trusted_proxies))

    def loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def origins(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@cache
def _networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Raises ValueError where a part of the text is not an address or a network."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def table() -> str:
    """The settings as a Markdown table, as the README has it."""
    lines = ["| variable | default | what it sets |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default if field.default not in (None, "") else "none"
        lines.append(f"| `{PREFIX}{name.upper()}` | {str(default).lower()} | {field.description} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
