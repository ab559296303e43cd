"""Where a product keeps what the stages make."""

from dataclasses import dataclass
from pathlib import Path

PRODUCTS = Path(__file__).resolve().parents[1] / "products"


def folder(name_or_path: str) -> Path:
    """The folder of a product given by its name, its folder or its file."""
    path = Path(name_or_path)
    if path.name == "product.yaml":
        return path.parent
    return path if path.is_dir() and (path / "product.yaml").exists() else PRODUCTS / name_or_path


@dataclass(frozen=True)
class Paths:
    root: Path

    @classmethod
    def of(cls, product: str) -> "Paths":
        return cls(folder(product))

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw.csv"

    def part(self, name: str) -> Path:
        """train, validation or holdout."""
        return self.root / "data" / "split" / f"{name}.csv"

    @property
    def model(self) -> Path:
        return self.root / "model"

    @property
    def found(self) -> Path:
        """What a search of settings tried, where there was one."""
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
        """What the last decision on a promotion was about."""
        return self.registry / "decided.json"

    @property
    def metrics(self) -> Path:
        return self.root / "reports" / "metrics.json"

    def figures(self, name: str) -> Path:
        """Bounded figures that only the report shows: table (its columns), parts (rows of the split), curves."""
        return self.root / "reports" / f"{name}.json"

    def gates(self, stage: str) -> Path:
        """Verdicts of one stage: data, split, model or champion."""
        return self.root / "reports" / f"gates_{stage}.json"

    def judged(self, stage: str) -> Path:
        """What the verdicts of a stage are about: where it is not there, they are of an earlier run."""
        return self.raw if stage in ("data", "split") else self.model / "parts.json"


GATED_STAGES = ("data", "split", "model", "champion")
