"""A draft's --quality is a setting of its model; without it the file says nothing of the model."""

from pathlib import Path

import pytest

from tests.support.drafts import drafted


@pytest.mark.parametrize(("quality", "line"), [("fast", "model: {quality: fast}  # set by --quality"), (None, None)])
def test_the_draft_says_the_quality_that_was_asked_for(
    quality: str | None, line: str | None, tmp_path: Path, products: Path
) -> None:
    rows = [f"{n % 7},{'yes' if n % 2 else 'no'}" for n in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["size,y", *rows, ""]))
    product, folder = drafted(tmp_path / "t.csv", products, quality=quality)
    assert product.model.quality == (quality or "good")
    lines = (folder / "product.yaml").read_text().splitlines()
    assert [text for text in lines if text.startswith("model:")] == ([line] if line else [])
