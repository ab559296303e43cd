"""What goes into an image: a model of the registry, and what the image's labels say of it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from product.errors import UserError
from product.files import folder_hash
from product.paths import Paths
from product.registry import Registry


@dataclass(frozen=True)
class Artifact:
    folder: Path
    model: str
    manifest: dict[str, Any]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Raises UserError where the folder is no artifact."""
        try:
            manifest = json.loads((folder / "manifest.json").read_bytes())
        except (OSError, ValueError) as error:
            raise UserError(f"{folder}/manifest.json: no artifact of a model: {error}") from None
        return cls(folder, folder_hash(folder), manifest)

    @property
    def facts(self) -> dict[str, str]:
        """What the labels say, by the Dockerfile's arguments; the table by the md5 that DVC calls it by."""
        return {
            "PRODUCT": str(self.manifest["product"]),
            "MODEL": self.model,
            "CONTRACT": str(self.manifest["contract"]),
            "DATA_MD5": str(self.manifest["data"]["md5"]),
        }

    @property
    def requirements(self) -> str:
        """The lock that this model needs."""
        return f"requirements{'-skops' if any(self.folder.glob('*.skops')) else ''}.txt"


def champion(product: str) -> Artifact:
    """The product's champion, verified by the log and by its bytes. Raises UserError where there is none."""
    registry = Registry(Paths.of(product).registry)
    if (model := registry.confirmed_champion()) is None:
        raise UserError(f"{registry.folder} has no champion yet: run bash final/pipeline.sh {product}")
    return Artifact.read(registry.artifact(model))
