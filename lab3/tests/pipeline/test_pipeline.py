"""lab3's commands as a person starts them, and lab2's model behind them."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from fastapi.testclient import TestClient

from lab3.app import create
from lab3.forecast import MEASURES, TRUSTED
from tests.support.servers import ENVIRONMENT

PIPELINE = Path(__file__).resolve().parents[2] / "pipeline.sh"


def test_service_library_and_lab2_give_equal_answers_row_by_row(checkout: Path) -> None:
    windows = pd.read_csv(checkout / "lab2/data/windows/test.csv", index_col="date").iloc[::9]
    model = skops.io.load(checkout / "lab2/model/model.skops", trusted=TRUSTED)
    library = model.predict_proba(windows.drop(columns="rain_tomorrow"))[:, 1]
    lab2 = pd.read_csv(checkout / "lab2/reports/predictions.csv", index_col="date").loc[windows.index, "chance"]
    service = []
    with TestClient(create(checkout / "lab3/model")) as client:
        for date, row in windows.iterrows():
            today = pd.Timestamp(str(date))
            days = [
                {"date": str((today - pd.Timedelta(days=ago)).date()), **{m: row[f"{m}_{ago}"] for m in MEASURES}}
                for ago in reversed(range(7))
            ]
            service.append(client.post("/predict", json={"days": days}).json()["chance_of_rain"])
    np.testing.assert_allclose(service, library, rtol=0, atol=1e-12)
    np.testing.assert_allclose(service, lab2, rtol=0, atol=1e-12)
    assert len(service) > 30
    assert np.std(service) > 0.1


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(PIPELINE), *arguments]
    return subprocess.run(command, env=ENVIRONMENT | environment, capture_output=True, text=True, check=False)


def test_help_is_shown_and_an_unknown_argument_is_refused() -> None:
    assert run("--help").stdout.startswith("lab2's model as a service in a container")
    done = run("--nonsense")
    assert (done.returncode, done.stdout) == (2, "")
    assert "unknown argument '--nonsense'" in done.stderr


def test_without_docker_the_pipeline_says_so(tmp_path: Path) -> None:
    for program in ("bash", "dirname"):
        (tmp_path / program).symlink_to(shutil.which(program) or pytest.fail(program))
    done = run(PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "needs a running Docker engine" in done.stderr
