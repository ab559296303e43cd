"""The model that is served: found in a registry or a folder, and verified before anybody is told that it is ready."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from product import artifact
from product.declaration import Contract
from product.errors import UserError
from product.files import folder_hash
from product.model import ProductModel
from product.paths import Paths
from product.registry import Registry, RegistryError
from service.declared import FolderError, contract_in


@dataclass(frozen=True)
class Serving:
    """Either a verified model with its manifest, or the problem why there is none."""

    name: str
    title: str
    description: str
    contract: Contract
    version: str = ""
    model: ProductModel | None = None
    manifest: dict[str, Any] | None = None
    problem: str = ""
    artifact: Path | None = None

    @classmethod
    def champion(cls, product: str) -> Self:
        """The champion of a product's registry, verified. Raises UserError without a product."""
        from product.product_file import load  # with its YAML reader; an image has no product file

        declared = load(product)
        registry = Registry(Paths.of(product).registry)
        try:
            champion = registry.confirmed_champion()
            if champion is None:
                raise RegistryError(f"{registry.folder} has no champion yet: run bash final/pipeline.sh {product}")
            folder = registry.artifact(champion)
            model, manifest = _verified(folder)
        except UserError as error:
            return cls(declared.name, declared.title, declared.description, declared.contract, problem=str(error))
        # where product.yaml has changed since, what is served is the model's own contract
        same = model.contract.hash() == declared.contract.hash()
        contract = declared.contract if same else model.contract
        return cls(
            declared.name, declared.title, declared.description, contract, champion, model, manifest, artifact=folder
        )

    @classmethod
    def folder(cls, folder: Path, wanted: str = "") -> Self:
        """An artifact on its own, as an image carries it: no registry, no product file.

        `wanted` is the hash that the artifact must have; without it, its content names it. Raises FolderError where
        there is no contract.
        """
        contract = contract_in(folder)
        found, name = folder_hash(folder), contract.target.name
        try:
            if wanted and found != wanted:
                raise FolderError(f"{folder}: its content's hash is {found}, {wanted} was wanted; refused")
            model, manifest = _verified(folder)
        except UserError as error:
            return cls(name, name, contract.target.description, contract, problem=str(error))
        called = str(manifest["product"])
        return cls(called, called, contract.target.description, contract, found, model, manifest, artifact=folder)


def _verified(folder: Path) -> tuple[ProductModel, dict[str, Any]]:
    """Model and manifest of an artifact. Raises UserError where library versions or golden rows are not as they say."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        model = ProductModel.load(folder)
    except (OSError, ValueError) as error:
        raise FolderError(f"{folder}: can't be loaded: {' '.join(str(error).split())}") from None
    artifact.verify(model, manifest)
    return model, manifest
