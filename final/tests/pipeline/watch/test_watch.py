"""A served model with the log on, labels by HTTP, and what watch.sh says: steady, and act when labels show harm."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.checkout import Checkout
from tests.support.running_service import Service, serving


def holdout(checkout: Checkout) -> list[dict[str, str]]:
    with (checkout.product / "data" / "split" / "holdout.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def typed(row: dict[str, str], schema: dict[str, Any]) -> dict[str, Any]:
    """A row of the table as a request has it."""
    cells: dict[str, Any] = {name: row[name] or None for name in schema}
    for name in ("Pclass", "SibSp", "Parch"):
        cells[name] = int(cells[name])
    for name in ("Age", "Fare"):
        cells[name] = None if cells[name] is None else float(cells[name])
    return cells


def ask(service: Service, rows: list[dict[str, Any]]) -> list[str]:
    """The request ids of the rows, which the service has answered."""
    answers = [service.post("/predict", row) for row in rows]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.headers["x-request-id"] for answer in answers]


@pytest.mark.slow
def test_a_served_model_is_watched(trained: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("SERVICE_PREDICTION_LOG", str(log))
    rows = holdout(trained)
    with serving(trained, "serve.sh", "--workers", "2") as service:
        schema = service.get("/contract").json()["properties"]
        # prices rise and everybody embarks at one port, which moves two features of little importance
        moved = [{**row, "Fare": str(1.1 * float(row["Fare"])), "Embarked": "Q"} for row in rows]
        ids = ask(service, [typed(row, schema) for row in (*rows, *moved)])
        truths = [int(row["Survived"]) for row in (*rows, *rows)]
        labels = [{"request_id": key, "truth": truth} for key, truth in zip(ids, truths, strict=True)]
        assert service.post("/feedback", labels[:50]).json()["labels"] == 50
    steady = trained.bash("watch.sh", "titanic", "--log", str(log))
    assert steady.returncode == 0, steady.stderr
    assert steady.stdout.startswith(f"steady: titanic, {len(ids)} rows of model {trained.champion()[:12]}: realised")
    assert len(steady.stdout.splitlines()) == 1

    turned = "request_id,truth\n" + "".join(f"{key},{1 - truth}\n" for key, truth in zip(ids, truths, strict=True))
    (tmp_path / "turned.csv").write_text(turned)  # the world is the opposite of what the model has learnt
    act = trained.bash("watch.sh", "titanic", "--log", str(log), "--labels", str(tmp_path / "turned.csv"))
    assert act.returncode == 4, act.stderr
    assert act.stdout.startswith("act: titanic")
    facts = json.loads((trained.product / "reports" / "watch.json").read_bytes())
    assert (facts["verdict"], facts["looks"], facts["labelled"]) == ("act", 2, len(ids))
    assert "the realised performance is below" in (trained.product / "reports" / "watch.html").read_text()
