"""A stage that reads what dvc.yaml does not list would not run again when that changes."""

import ast
from pathlib import Path

import pytest
from ruamel.yaml import YAML

FINAL = Path(__file__).resolve().parents[2]
STAGES = YAML(typ="safe").load((FINAL / "dvc.yaml").read_text())["stages"]
# They shape messages, paths and the reading of product.yaml, whose values are parameters; no output depends on them.
NO_MATTER = {"console", "paths", "errors", "files", "memory", "product_file"}


def imported(file: Path) -> set[str]:
    """Names of the modules of `product` that a file imports, and that those import in turn."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "product":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("product."):
            names.add(str(node.module).split(".")[1])
    names -= NO_MATTER
    return names.union(*(imported(FINAL / "product" / f"{name}.py") for name in names))


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_the_code_it_runs(stage: str) -> None:
    listed = {Path(path).stem for path in STAGES[stage]["deps"] if path.startswith("product/")}
    assert listed == imported(FINAL / "stages" / f"{stage}.py")
    assert f"stages/{stage}.py" in STAGES[stage]["deps"]
