"""`python -m core.spec`: a good file is a line on stdout, a bad one a line on stderr."""

import json
import subprocess
import sys
from pathlib import Path

from core.base.paths import FINAL


def check(folder: Path | str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "core.spec", str(folder), *arguments]
    return subprocess.run(command, cwd=FINAL, capture_output=True, text=True, timeout=60, check=False)


def test_a_good_file_a_schema_and_a_bad_file(tmp_path: Path) -> None:
    good = check("titanic")
    assert (good.returncode, good.stderr) == (0, "")
    assert "features, contract " in good.stdout
    assert json.loads(check("titanic", "--schema").stdout)["properties"]["Pclass"]["enum"] == [1, 2, 3]
    (tmp_path / "product.yaml").write_text("name: small\ntitel: Small\n")
    bad = check(tmp_path)
    assert (bad.returncode, bad.stdout) == (1, "")
    assert f"{tmp_path / 'product.yaml'}:2: titel: unknown key; did you mean title?" in bad.stderr
