"""What answers requests at one moment: a served model, and everything made from it once, not at each request."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from product.contract import json_schema
from product.model import ProductModel
from service.answers import Answers
from service.problems import Problem, busy
from service.rows import Rows
from service.serving import Serving


@dataclass(frozen=True)
class Live:
    serving: Serving

    @property
    def version(self) -> str:
        return self.serving.version

    @property
    def model(self) -> ProductModel:
        """Raises Problem (503) where no model could be verified."""
        if self.serving.model is None:
            raise busy(503, self.serving.problem, seconds=5)
        return self.serving.model

    @cached_property
    def rows(self) -> Rows:
        return Rows(self.serving.contract)

    @cached_property
    def answers(self) -> Answers:
        return Answers(self.serving.contract.target)

    @cached_property
    def schema(self) -> dict[str, Any]:
        return json_schema(self.serving.contract, self.serving.title, self.serving.description)

    def named(self, name: str) -> "Live":
        """What answers to `name` in the v2 protocol. Raises Problem (404)."""
        if name != self.serving.name:
            raise Problem(404, f"there is no model {name!r} here, but {self.serving.name!r}")
        return self
