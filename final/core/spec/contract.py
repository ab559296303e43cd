"""The contract: what a row is, and what is predicted from it."""

import hashlib
from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field

from core.spec.columns import Date, Derived, Feature, Frozen
from core.spec.target import Target


class Contract(Frozen):
    """What a row is and what is predicted from it; shared by table checks, models and requests.

    `group` and `weight` are columns that a table may have and that nothing is predicted from: the one kept rows
    together in the split, the other says how much each row counts in training and metrics.
    """

    id: str | None = None
    group: str | None = Field(default=None, exclude_if=lambda group: group is None)
    weight: str | None = Field(default=None, exclude_if=lambda weight: weight is None)
    target: Target
    features: dict[str, Feature] = Field(min_length=1)
    derived: dict[str, Derived] = Field(default_factory=dict)

    @property
    def aside(self) -> tuple[str, ...]:
        """The columns that a table may have and that nothing is predicted from, besides the id."""
        return tuple(filter(None, (self.group, self.weight)))

    def with_forms(self, forms: Mapping[str, tuple[str, ...]]) -> Self:
        """The contract whose dates a request may write in these forms too, as the source does."""
        features = {
            name: feature.model_copy(update={"forms": tuple(forms[name])})
            if isinstance(feature, Date) and name in forms
            else feature
            for name, feature in self.features.items()
        }
        return self.model_copy(update={"features": features})

    def bare(self) -> Self:
        """The contract without its prose: two contracts that differ only in words are the same."""
        prose: dict[str, Any] = {"description": True, "example": True}
        without_prose = self.model_dump(exclude={"target": prose, "features": dict.fromkeys(self.features, prose)})
        return type(self).model_validate(without_prose)

    def hash(self) -> str:
        """sha256 of the bare contract."""
        return hashlib.sha256(self.bare().model_dump_json().encode()).hexdigest()
