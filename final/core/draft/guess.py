"""A guess about a column: what it is, why, and what is in the way."""

import re
from dataclasses import dataclass, field
from typing import Any

ID_NAME = re.compile(r"(^|[_ .-])(id|key|uuid|guid|rownames?|index)$|(?<=[a-z])I[dD]$|^id", re.IGNORECASE)
LEFT_OUT = "left out"
WEIGHT = "weight"
LIKE_AN_ID = "; named like an id, but values repeat: leave it out if rows with the same value are alike"


@dataclass
class Guess:
    """`kind` is a feature's type, id, target, WEIGHT or LEFT_OUT; `settings` are lines of the product file."""

    name: str
    kind: str
    evidence: str
    settings: dict[str, Any] = field(default_factory=dict)
    trouble: str = ""
    dates: tuple[str, ...] = ()
    class_rows: tuple[int, ...] = ()  # of a target with classes: the rows of each
    notes: list[str] = field(default_factory=list)  # what a person should look at, for stderr

    @property
    def comment(self) -> str:
        """What stands next to the guess in the product file, in one line whatever signs the values have."""
        text = "; ".join([self.evidence, *self.notes])
        return "".join(sign if sign.isprintable() else " " for sign in text)

    @property
    def is_feature(self) -> bool:
        return self.kind not in ("id", "target", WEIGHT, LEFT_OUT)
