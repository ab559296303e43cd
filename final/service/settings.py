"""What can be set: by SERVICE_* variables of the environment, and by the options of the same name."""

import ipaddress
import sys
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "SERVICE_"
MB = 2**20
Positive = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """Each field is the variable SERVICE_<FIELD>; options of the command line go before variables."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", protected_namespaces=()
    )

    product: str = Field(default="titanic", description="product of products/ whose champion is served")
    model: Path | None = Field(default=None, description="serve the artifact in this folder instead of a champion")
    model_hash: str = Field(default="", description="hash that the artifact in SERVICE_MODEL must have")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    workers: Positive = Field(default=1, description="processes that answer, on one port")
    api_keys_file: Path | None = Field(default=None, description="file of API keys; python -m service.keys makes lines")
    insecure: bool = Field(default=False, description="listen beyond loopback without API keys")
    max_row_bytes: Positive = Field(default=64 * 1024, description="longest body of /predict; more is a 413")
    max_body_bytes: Positive = Field(default=64 * MB, description="longest other body; more is a 413")
    max_batch_bytes: Positive = Field(default=2048 * MB, description="longest body of /predict/batch; more is a 413")
    max_batch_rows: Positive = Field(default=5_000_000, description="most rows of one batch; more is a 413")
    max_explain_rows: Positive = Field(default=1000, description="most rows of one /explain; more is a 413")
    max_waiting: Positive = Field(default=2048, description="single rows that may wait to be predicted; more is a 503")
    micro_batch: Positive = Field(default=64, description="single rows that are predicted together at most")
    max_batches: Positive = Field(default=4, description="batches and explanations at once in a worker; more is a 429")
    request_seconds: Seconds = Field(default=10, description="time for a head, or a single row, to arrive; then a 408")
    batch_seconds: Seconds = Field(default=600, description="time for a batch or an explanation; then a 503")
    watch_seconds: Seconds = Field(default=1, description="how often a new champion is looked for")
    shutdown_seconds: Positive = Field(default=20, description="time for requests under way when told to stop")

    def loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def table() -> str:
    """The settings as a Markdown table, as the README has it."""
    lines = ["| variable | default | what it sets |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default if field.default not in (None, "") else "none"
        lines.append(f"| `{PREFIX}{name.upper()}` | {str(default).lower()} | {field.description} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
