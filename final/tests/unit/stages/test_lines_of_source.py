"""A finding names the line of the file that a person has, not of the table that was made of it."""

from pathlib import Path

import pytest

from core.base.paths import Paths
from core.spec.source import Source
from core.table import typed
from core.table.validation import check
from stages import data_creation
from stages.data_validation import LinesOfSource
from tests.support.drafts import drafted


@pytest.mark.parametrize("is_command", [False, True])
def test_a_finding_names_the_line_of_the_file(is_command: bool, tmp_path: Path, products: Path) -> None:
    lines = ["Report", "text,size,y"]
    for n in range(60):
        answer = "" if n % 7 == 0 else ["yes", "no"][n % 2]
        lines += ['"two', f'lines {n % 3}",{50 if n == 40 else n % 9},{answer}', *([",,"] * (n % 3 == 0))]
    (tmp_path / "t.csv").write_text("\n".join([*lines, ""]))
    product, folder = drafted(tmp_path / "t.csv", products)
    paths = Paths.of(str(folder))
    data_creation.fetch(product, folder, paths.raw)
    if is_command:
        product = product.model_copy(update={"source": Source(command="make {output}")})
        lines = paths.raw.read_text().split("\n")
    size = product.features["size"].model_copy(update={"max": 49})
    strict = product.model_copy(update={"features": {**product.features, "size": size}})
    table, _ = typed.read(paths.raw, strict)
    (finding,) = check(table, strict, LinesOfSource(strict, paths))
    assert "50" in lines[finding.rows[0]]  # its row starts in the line before
