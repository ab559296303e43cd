"""A stage that reads code which dvc.yaml does not list would not run again when that code changes."""

import ast
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from core.base.paths import FINAL

STAGES = YAML(typ="safe").load((FINAL / "dvc.yaml").read_text())["stages"]
# They shape messages, places and memory; no output depends on them.
WITHOUT_EFFECT = {f"core/base/{name}.py" for name in ("errors", "files", "memory", "paths", "terminal")}


def imported(file: str, files: set[str] | None = None) -> set[str]:
    """The files of core that a file imports, and those that they import in turn."""
    files = set() if files is None else files
    for node in ast.walk(ast.parse((FINAL / file).read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("core."):
            for name in (node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)):
                path = f"{name.replace('.', '/')}.py"
                if (FINAL / path).is_file() and path not in files | WITHOUT_EFFECT:
                    files.add(path)
                    imported(path, files)
    return files


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_the_code_it_runs(stage: str) -> None:
    listed = {path for path in STAGES[stage]["deps"] if path.startswith("core/")}
    code = imported(f"stages/{stage}.py")
    assert not [file for file in code if not listed & {file, str(Path(file).parent)}], "not listed"
    assert not [path for path in listed if not any(file == path or file.startswith(f"{path}/") for file in code)]
    assert f"stages/{stage}.py" in STAGES[stage]["deps"]
