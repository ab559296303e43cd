"""What answers requests at one moment: a served model, and everything made from it once, not at each request."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from core.model.model import ProductModel
from core.spec.request import json_schema
from core.spec.source import Reading
from service.model.answers import Answers
from service.model.rows import Rows
from service.model.serving import Serving
from service.problems import Problem, busy

if TYPE_CHECKING:
    from service.model.columns import Columns


@dataclass(frozen=True)
class Live:
    serving: Serving

    @property
    def version(self) -> str:
        return self.serving.version

    def require_model(self) -> ProductModel:
        """Raises Problem (503) without a verified model."""
        if self.serving.model is None:
            raise busy(503, self.serving.problem, seconds=5)
        return self.serving.model

    @cached_property
    def rows(self) -> Rows:
        manifest = self.serving.manifest or {}
        reading = Reading.model_validate(manifest.get("reading", {}))
        return Rows(self.serving.contract, reading, manifest.get("ignored", ()))

    @cached_property
    def columns(self) -> "Columns":
        from service.model.columns import Columns  # not at import: only tables need its libraries

        return Columns(self.serving.contract.features)

    @cached_property
    def answers(self) -> Answers:
        model = self.serving.model
        return Answers(self.serving.contract.target, *((model.guarantee, model.rule) if model else ()))

    @cached_property
    def schema(self) -> dict[str, Any]:
        schema = json_schema(self.serving.contract, self.serving.title, self.serving.description)
        if not self.rows.reading.is_usual:
            schema["x-table"] = {"encoding": self.rows.reading.encoding, "delimiter": self.rows.reading.delimiter}
        return schema

    def named(self, name: str) -> "Live":
        """What answers to `name` in the v2 protocol. Raises Problem (404)."""
        if name != self.serving.name:
            raise Problem(404, f"there is no model {name!r} here, but {self.serving.name!r}")
        return self
