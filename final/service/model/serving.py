"""The model that is served: found in a registry or a folder, and verified before anybody is told that it is ready."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from core.base.errors import UserError
from core.base.files import folder_hash
from core.base.paths import FINAL, Paths
from core.model.model import ProductModel
from core.registry import artifact
from core.registry.registry import Registry
from core.spec.contract import Contract
from service.model.declared import FolderError, contract_in

FOLDERS = re.compile(r"(?<![\w./])/([^/\s:;,'\"]+/)*(?=[^/\s:;,'\"])")  # of an absolute path


@dataclass(frozen=True)
class Serving:
    """Either a verified model with its manifest, or why there is none: the problem for clients, the cause for logs."""

    name: str
    title: str
    description: str
    contract: Contract
    version: str = ""
    model: ProductModel | None = None
    manifest: dict[str, Any] | None = None
    problem: str = ""
    cause: str = ""
    artifact: Path | None = None
    declared: Contract | None = None  # what product.yaml says now, if there is one

    @property
    def unlogged(self) -> set[str]:
        """The columns that the prediction log does not have: said by the model's manifest, or by product.yaml now."""
        features = self.declared.features if self.declared else {}
        by_manifest = (self.manifest or {}).get("unlogged", ())
        return {*by_manifest, *(name for name, feature in features.items() if not feature.log)}

    @classmethod
    def champion(cls, product: str) -> Self:
        """The champion of a product's registry, verified. Raises UserError without a product."""
        from core.spec.yaml_file import load  # with its YAML reader; an image has no product file

        declared = load(product)
        registry = Registry(Paths.of(product).registry)
        try:
            champion = registry.required_champion()
            folder = registry.artifact(champion)
            model, manifest = _verified(folder)
        except UserError as error:
            problem = without_folders(str(error), registry.folder)
            return cls(
                declared.name,
                declared.title,
                declared.description,
                declared.contract,
                problem=problem,
                cause=str(error),
            )
        # where product.yaml has changed since, what is served is the model's own contract
        same = model.contract.hash() == declared.contract.hash()
        contract = declared.contract if same else model.contract.with_forms(_date_forms(manifest))
        return cls(
            declared.name,
            declared.title,
            declared.description,
            contract,
            champion,
            model,
            manifest,
            artifact=folder,
            declared=declared.contract,
        )

    @classmethod
    def folder(cls, folder: Path, expected: str = "") -> Self:
        """An artifact on its own, as an image carries it: no registry, no product file.

        `expected` is the hash that the artifact must have; without it, its content names it. Raises FolderError where
        there is no contract.
        """
        contract = contract_in(folder)
        version, name = folder_hash(folder), contract.target.name
        try:
            if expected and version != expected:
                raise FolderError(f"{folder}: the hash of its content is {version}, {expected} was expected; refused")
            model, manifest = _verified(folder)
        except UserError as error:
            problem = without_folders(str(error), folder)
            return cls(name, name, contract.target.description, contract, problem=problem, cause=str(error))
        called = str(manifest["product"])
        contract = contract.with_forms(_date_forms(manifest))
        return cls(called, called, contract.target.description, contract, version, model, manifest, artifact=folder)


def _date_forms(manifest: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """How the dates of the table of the training are written."""
    forms: dict[str, tuple[str, ...]] = manifest.get("reading", {}).get("dates", {})
    return forms


def without_folders(text: str, *folders: Path) -> str:
    """The text without the folders that files are in: clients need not know where things are on this machine."""
    for folder in (*folders, FINAL):
        text = text.replace(f"{folder.parent}/", "")
    return FOLDERS.sub("", text)


def _verified(folder: Path) -> tuple[ProductModel, dict[str, Any]]:
    """Model and manifest of an artifact. Raises UserError where library versions or golden rows are not as they say."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        model = ProductModel.load(folder)
    except (OSError, ValueError) as error:
        raise FolderError(f"{folder}: can't be loaded: {' '.join(str(error).split())}") from None
    artifact.verify(model, manifest)
    return model, manifest
