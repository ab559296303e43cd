"""The bench of quality on a table of scikit-learn's, for which nothing is fetched; the peers are measured by hand."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.public_tables import TABLES
from bench.quality_models import Contender, FailedError
from bench.quality_workspace import Folds, Workspace

ROOT = Path(__file__).resolve().parents[4]
SCRIPT = ROOT / "final" / "bench" / "quality.sh"


def measured(results: Path) -> subprocess.CompletedProcess[str]:
    words = ["diabetes", "--models", "product-fast", "--folds", "2", "--results", str(results)]
    return subprocess.run(["bash", str(SCRIPT), *words], capture_output=True, text=True, check=True)


@pytest.mark.slow
def test_a_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    first = measured(results)
    assert first.stdout == "1 tables are finished by all of product-fast: nothing to compare\n"
    assert first.stderr == "diabetes: product-fast, 2 folds\n"
    lines = results.read_text().splitlines()
    folds = [json.loads(line) for line in lines]
    assert [fold["fold"] for fold in folds] == [0, 1]
    assert all(0.3 < fold["metrics"]["r2"] < 0.7 for fold in folds)
    assert all(fold["train_seconds"] > 0 and fold["microseconds"] > 0 for fold in folds)

    results.write_text(lines[0] + "\n" + lines[1][:40])
    assert measured(results).stderr == "diabetes: product-fast, 1 folds\n"
    again = [json.loads(line) for line in results.read_text().splitlines() if line.endswith("}")]
    assert [fold["metrics"] for fold in again] == [fold["metrics"] for fold in folds]
    assert measured(results).stderr == ""


def test_a_program_that_fails_is_reported_with_its_last_line(tmp_path: Path) -> None:
    program = "import sys; print('a remark', file=sys.stderr); sys.exit('no memory')"
    model = Contender("one", "1", (sys.executable, "-c", program))
    workspace = Workspace(TABLES["diabetes"], tmp_path, "d", 10, np.zeros(4), Folds(2, 1), [])
    with pytest.raises(FailedError, match=r"^exit code 1: no memory$"):
        list(model.answers(workspace, [0]))
