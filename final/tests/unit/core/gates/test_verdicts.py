"""Verdicts: how they are limited, kept, read back, shown, and how they end a run."""

import json
import math
from pathlib import Path

import pytest

from core.base.files import write_json
from core.base.paths import Paths
from core.base.terminal import console
from core.gates.doubts import doubts
from core.gates.gate import Gate, failed, limited, load, save
from core.gates.show import show_gates
from core.gates.verdicts import last_verdicts, stage_verdicts, stop_at
from core.spec.metric_names import MetricName

PASSED, FAILED = Gate("a: b", "1", "<= 2", True), Gate("c: d", "3", "<= 2", False, "Remove one")


@pytest.mark.parametrize(("value", "passes"), [(0.5, True), (0.4999, False), (math.nan, False), (math.inf, True)])
def test_a_floor(value: float, passes: bool) -> None:
    assert limited("a", value, 0.5, None, "why") == Gate("a", f"{value:.3f}", ">= 0.500", passes, "why")


@pytest.mark.parametrize(("value", "passes"), [(0.5, True), (0.5001, False), (math.nan, False), (-math.inf, True)])
def test_a_ceiling(value: float, passes: bool) -> None:
    assert limited("a", value, None, 0.5, "why") == Gate("a", f"{value:.3f}", "<= 0.500", passes, "why")


def test_a_limit_of_zero_is_one_and_no_limit_passes_nothing() -> None:
    assert not limited("a", -0.1, 0.0, None).passed
    assert not limited("a", 0.1, None, 0.0).passed
    assert limited("a", 1.0, None, None, "why") == Gate("a", "1.000", "a limit", False, "why")
    assert limited("a", 1.0, 0.5, None).detail == ""


def test_verdicts_are_read_as_they_were_kept(tmp_path: Path) -> None:
    save(iter([PASSED, FAILED]), tmp_path / "new" / "gates.json")
    assert load(tmp_path / "new" / "gates.json") == [PASSED, FAILED]
    assert json.loads((tmp_path / "new" / "gates.json").read_bytes())[1] == {
        "name": "c: d",
        "value": "3",
        "threshold": "<= 2",
        "passed": False,
        "detail": "Remove one",
    }
    assert load(tmp_path / "absent.json") == []


def test_a_line_for_each_gate_that_failed() -> None:
    bare = Gate("e: f", "4", "none", False)
    assert failed([PASSED, FAILED, bare]) == [
        "gate c: d failed: 3, wanted <= 2. Remove one",
        "gate e: f failed: 4, wanted none",
    ]
    assert failed([PASSED]) == []


def test_a_run_ends_at_a_failed_gate(capsys: pytest.CaptureFixture[str]) -> None:
    stop_at([PASSED])
    with pytest.raises(SystemExit) as ended:
        stop_at([FAILED, PASSED, Gate("e: f", "4", "none", False)])
    assert ended.value.code == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (
        "",
        "gate c: d failed: 3, wanted <= 2. Remove one\ngate e: f failed: 4, wanted none\n",
    )


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A product whose four gated stages passed."""
    made = Paths(tmp_path)
    for subject in (made.raw, made.model / "parts.json"):
        subject.parent.mkdir(parents=True)
        subject.touch()
    for stage in ("data", "split", "model", "champion"):
        save([Gate(f"{stage}: x", "1", "1", True)], made.gates(stage))
    return made


def test_the_verdicts_of_all_stages_in_their_order(paths: Paths) -> None:
    assert [gate.name for gate in last_verdicts(paths)] == ["data: x", "split: x", "model: x", "champion: x"]
    assert stage_verdicts(paths, "model") == [Gate("model: x", "1", "1", True)]


def test_after_a_failed_stage_no_more_verdicts_count(paths: Paths) -> None:
    save([PASSED, FAILED, PASSED], paths.gates("split"))
    assert [gate.name for gate in last_verdicts(paths)] == ["data: x", "a: b", "c: d", "a: b"]


def test_a_stage_without_a_verdict_did_not_pass(paths: Paths) -> None:
    paths.gates("model").unlink()
    assert last_verdicts(paths)[2:] == [Gate("model: not reached", "none", "a verdict", False)]


def test_verdicts_on_what_is_gone_are_of_an_earlier_run(paths: Paths) -> None:
    (paths.model / "parts.json").unlink()
    assert stage_verdicts(paths, "model") == []
    assert [gate.name for gate in last_verdicts(paths)] == ["data: x", "split: x", "model: not reached"]
    paths.raw.unlink()
    assert [gate.name for gate in last_verdicts(paths)] == ["data: not reached"]


def test_the_table_of_gates() -> None:
    with console.capture() as capture:
        show_gates([PASSED, FAILED])
    assert capture.get().startswith("gate ")
    lines = [line.split() for line in capture.get().splitlines()]
    assert lines == [
        ["gate", "value", "threshold", "verdict"],
        ["a:", "b", "1", "<=", "2", "passed"],
        ["c:", "d", "3", "<=", "2", "FAILED"],
    ]


@pytest.mark.parametrize(
    ("metric", "rows", "value", "few", "perfect"),
    [
        ("roc_auc", 99, 0.9, True, False),
        ("roc_auc", 100, 0.9, False, False),
        ("roc_auc", 30, 0.9995, True, True),
        ("roc_auc", 29, 1.0, True, False),
        ("accuracy", 100, 0.9995, False, True),
        ("r2", 100, 0.9994, False, False),
        ("rmse", 100, 1.0, False, False),
    ],
)
def test_figures_are_doubted(
    metric: MetricName, rows: int, value: float, few: bool, perfect: bool, tmp_path: Path
) -> None:
    write_json({"rows": rows, "metrics": {metric: {"value": value}}}, tmp_path / "metrics.json")
    notes = doubts(tmp_path / "metrics.json", metric)
    assert [note.startswith("note: ") for note in notes] == [True] * (few + perfect)
    assert any(f"has only {rows} rows" in note for note in notes) is few
    doubt = (
        f"note: {metric} {value:.3f} over {rows} rows is too good to be true if a column, or several "
        "together, is known only after the target: the report shows which columns drive the model"
    )
    assert (doubt in notes) is perfect
    assert all(f"{metric} {value:.3f}" in note for note in notes)
