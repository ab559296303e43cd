"""Where a product keeps its files."""

import os
from dataclasses import dataclass
from pathlib import Path

from core.base.errors import UserError

FINAL = Path(__file__).resolve().parents[2]
PRODUCTS = FINAL / "products"


def default_product(products: Path = PRODUCTS) -> str:
    """The only product there is, or titanic."""
    names = [file.parent.name for file in products.glob("*/product.yaml")]
    return names[0] if len(names) == 1 else "titanic"


DEFAULT_PRODUCT = default_product()


class NoProductError(UserError):
    """A name that no product has."""


def folder(name_or_path: str) -> Path:
    """The folder of a product given by its name, its folder or its file. Raises NoProductError."""
    path = Path(name_or_path)
    if path.name == "product.yaml":
        return path.parent
    if name_or_path and is_product(path):
        return path
    is_name = path.name == name_or_path  # a path such as ../x leads out of products/
    if is_name and is_product(PRODUCTS / name_or_path):
        return PRODUCTS / name_or_path
    names = sorted(file.parent.name for file in PRODUCTS.glob("*/product.yaml"))
    raise NoProductError(f"{name_or_path!r}: no such product; products here: {', '.join(names) or 'none'}")


def is_product(path: Path) -> bool:
    return os.path.isfile(path / "product.yaml")  # noqa: PTH113 - a name that is too long is no error


@dataclass(frozen=True)
class Paths:
    root: Path

    @classmethod
    def of(cls, product: str) -> "Paths":
        return cls(folder(product))

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw.csv"

    @property
    def labelled(self) -> Path:
        """Rows that were answered after deployment and labelled since; they are added to the source's table."""
        return self.root / "labelled.csv"

    def part(self, name: str) -> Path:
        """train, validation or holdout."""
        return self.root / "data" / "split" / f"{name}.csv"

    @property
    def model(self) -> Path:
        return self.root / "model"

    @property
    def search(self) -> Path:
        """What the last search of settings tried, if there was one."""
        return self.model / "search.json"

    @property
    def trials(self) -> Path:
        """The journal of searches, kept from run to run."""
        return self.root / "search" / "trials.log"

    @property
    def registry(self) -> Path:
        return self.root / "registry"

    @property
    def decided(self) -> Path:
        """The inputs of the last decision on a promotion."""
        return self.registry / "decided.json"

    @property
    def metrics(self) -> Path:
        return self.root / "reports" / "metrics.json"

    def figures(self, name: str) -> Path:
        """Figures that only the report shows: table (its columns), parts (rows of the split), curves, labels."""
        return self.root / "reports" / f"{name}.json"

    def gates(self, stage: str) -> Path:
        """Verdicts of one stage: data, split, model or champion."""
        return self.root / "reports" / f"gates_{stage}.json"

    def judged(self, stage: str) -> Path:
        """What the verdicts of a stage are about; if it does not exist, the verdicts are from an earlier run."""
        return self.raw if stage in ("data", "split") else self.model / "parts.json"


GATED_STAGES = ("data", "split", "model", "champion")
