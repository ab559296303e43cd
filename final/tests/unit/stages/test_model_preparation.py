"""The stage hands the product's split to the training, which must not mix groups or look ahead."""

from pathlib import Path
from typing import Any

import pytest

from core.spec.product import Split
from stages import model_preparation
from tests.support.small_product import product


class ReachedError(Exception):
    """Training was called."""


def test_the_split_reaches_the_training(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    declared = product("binary", "blend").model_copy(update={"split": Split(by="day", group="kind")})
    seen: dict[str, Any] = {}

    def fit(*arguments: Any, **options: Any) -> Any:
        seen.update(options)
        raise ReachedError

    monkeypatch.setattr(model_preparation, "load", lambda name: declared)
    monkeypatch.setattr(model_preparation, "fit", fit)
    (tmp_path / "product.yaml").touch()
    with pytest.raises(ReachedError):
        model_preparation.main(str(tmp_path))
    assert seen["split"] == declared.split
