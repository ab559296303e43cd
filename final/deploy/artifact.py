"""The content of an image: a model of the registry, and the facts for the image's labels."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from core.base.errors import UserError
from core.base.files import folder_hash
from core.base.paths import Paths
from core.registry.registry import Registry


@dataclass(frozen=True)
class Artifact:
    folder: Path
    model: str
    manifest: dict[str, Any]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Raises UserError if the folder is not an artifact."""
        try:
            manifest = json.loads((folder / "manifest.json").read_bytes())
        except (OSError, ValueError) as error:
            raise UserError(f"{folder}/manifest.json: not an artifact of a model: {error}") from None
        return cls(folder, folder_hash(folder), manifest)

    @property
    def facts(self) -> dict[str, str]:
        """The values of the labels, by the Dockerfile's arguments; DATA_MD5 is DVC's hash of the table."""
        return {
            "PRODUCT": str(self.manifest["product"]),
            "MODEL": self.model,
            "CONTRACT": str(self.manifest["contract"]),
            "DATA_MD5": str(self.manifest["data"]["md5"]),
        }

    @property
    def requirements(self) -> str:
        """The lock file that this model needs."""
        return "requirements-skops.txt" if any(self.folder.glob("*.skops")) else "requirements.txt"


def champion(product: str) -> Artifact:
    """The product's champion, verified by the log and by its bytes. Raises UserError if there is none."""
    registry = Registry(Paths.of(product).registry)
    return Artifact.read(registry.artifact(registry.required_champion()))
