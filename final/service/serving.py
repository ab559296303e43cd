"""The model that is served: loaded from the registry, and verified before anybody is told that it is ready."""

import json
from dataclasses import dataclass
from typing import Any, Self

from product import artifact
from product.declaration import Contract, Product
from product.errors import UserError
from product.model import ProductModel
from product.paths import Paths
from product.product_file import load
from product.registry import Registry, RegistryError


@dataclass(frozen=True)
class Serving:
    """Either a verified model with its manifest, or the problem why there is none."""

    product: Product
    contract: Contract
    version: str = ""
    model: ProductModel | None = None
    manifest: dict[str, Any] | None = None
    problem: str = ""

    @classmethod
    def start(cls, product: str) -> Self:
        """The champion, verified: bytes, library versions, golden rows. Raises UserError without a product."""
        declared = load(product)
        registry = Registry(Paths.of(product).registry)
        try:
            champion = registry.confirmed_champion()
            if champion is None:
                raise RegistryError(f"{registry.folder} has no champion yet: run bash final/pipeline.sh {product}")
            folder = registry.artifact(champion)
            manifest = json.loads((folder / "manifest.json").read_bytes())
            model = ProductModel.load(folder)
            artifact.verify(model, manifest)
        except UserError as error:
            return cls(declared, declared.contract, problem=str(error))
        # where product.yaml has changed since, what is served is the model's own contract
        same = model.contract.hash() == declared.contract.hash()
        return cls(declared, declared.contract if same else model.contract, champion, model, manifest)
