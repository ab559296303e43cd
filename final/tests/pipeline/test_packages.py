"""Which package may import which is checked, and what a start must not import: one import too many turns a test red."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FINAL = Path(__file__).resolve().parents[2]
FORBIDDEN = {
    "core/spec/limits.py": "from core.table import csv_file",
    "core/features/dates.py": "from core.metrics import curves",
    "core/model/blend.py": "from core.table import typed",
    "core/base/files.py": "from core.spec import columns",
    "core/gates/data.py": "from stages import data_validation",
    "stages/data_creation.py": "from core.draft import draft",
    "service/model/rows.py": "from service.routes import about",
    "service/transport/row.py": "from service import app",
    "page/api.py": "from core.base import errors",
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("core", "stages", "pipeline", "report", "service", "page", "scoring", "deploy", "watch", "bench"):
        shutil.copytree(FINAL / name, tmp_path / "final" / name, ignore=shutil.ignore_patterns("__pycache__", "peers"))
    shutil.copy(FINAL.parent / "pyproject.toml", tmp_path)
    return tmp_path / "final"


def lint(final: Path) -> subprocess.CompletedProcess[str]:
    command = ["lint-imports", "--no-cache", "../pyproject.toml"]
    return subprocess.run(command, cwd=final, capture_output=True, text=True, check=False)


def test_a_forbidden_import_is_named(copy: Path) -> None:
    assert lint(copy).returncode == 0
    for file, line in FORBIDDEN.items():
        path, code = copy / file, (copy / file).read_text()
        path.write_text(f"{code}\n\n{line}  # noqa\n")
        done = lint(copy)
        assert done.returncode == 1, (file, line)
        assert file.removesuffix(".py").replace("/", ".") in done.stdout, done.stdout
        path.write_text(code)


def test_the_main_job_starts_without_what_only_its_stages_need() -> None:
    """Where nothing has changed, importing pandas and CatBoost would be half of a run."""
    code = "import sys, pipeline.__main__, report.build; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=FINAL, capture_output=True, text=True, check=True)
    assert not {"pandas", "numpy", "pyarrow", "catboost"} & set(done.stdout.split())
