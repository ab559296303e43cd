"""No gate without a must-fail test: each gate that the code can give fails here on something that is wrong.

The gates are read from the source, so that a new one is missing here until a fault is planted for it; the verdicts
come from the functions that the stages call, so that a gate that is no longer called is noticed too.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.base.paths import FINAL, Paths
from core.gates import data, model, split
from core.gates.gate import Gate
from core.gates.replay import replay
from core.gates.verdicts import last_verdicts
from core.table.finding import Finding
from tests.support.small_products import FEATURES, declared, linear_model

GATES = {"Gate", "limited"}  # what makes a verdict


def gates_in(node: ast.AST) -> Iterator[str]:
    """The names of the verdicts that this code can give, * for what is filled in; no verdict that is always passed."""
    if isinstance(node, ast.FunctionDef) and node.name in GATES:
        return  # `limited` itself passes a name on
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and node.args:
        called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        verdict = node.args[3] if called == "Gate" and len(node.args) > 3 else None
        if called in GATES and not (isinstance(verdict, ast.Constant) and verdict.value is True):
            yield written(node.args[0])
    for child in ast.iter_child_nodes(node):
        yield from gates_in(child)


def written(name: ast.expr) -> str:
    match name:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(part.value if isinstance(part, ast.Constant) else "*" for part in parts)  # type: ignore[misc]
    return ast.unparse(name)


def gates_of_the_code() -> set[str]:
    folders = ("core", "stages", "pipeline", "report", "monitoring")
    files = [file for folder in folders for file in sorted((FINAL / folder).rglob("*.py"))]
    return {name for file in files for name in gates_in(ast.parse(file.read_text(encoding="utf-8")))}


def table(**columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    made = {
        "number": [str(number) for number in range(120)],
        "size": rng.random(120),
        "shape": rng.choice(np.array(["round", "square"], dtype=object), 120),
        "bought": np.array(["yes", "no"] * 60, dtype=object),
    }
    return pd.DataFrame({**made, **columns})


WIDE = {**FEATURES, "weight": {"type": "number"}, "height": {"type": "number"}}


def with_a_copy() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = table(weight=rng.random(120), height=rng.random(120))
    return pd.concat([rows, rows.head(1).assign(number="again")], ignore_index=True)


def unlike() -> pd.DataFrame:
    """Rows of two kinds, each of which buys as often as not."""
    return table(
        size=1.0, bought=np.array(["yes", "yes", "no", "no"] * 30, dtype=object), shape=["round", "square"] * 60
    )


def figures(**keys: Any) -> dict[str, Any]:
    made = {"metrics": {"accuracy": {"value": 0.8}}, "baseline": {"accuracy": 0.5}, "ece": 0.0, "megabytes": 1.0}
    return {**made, "slices": [], "behaviour": [], **keys}


def judged(keys: dict[str, Any], **gates: Any) -> list[Gate]:
    return model.all_gates(figures(**keys), declared(gates={"floor": 0.75, **gates}))


DAY = declared(features={**FEATURES, "day": {"type": "date"}}, split={"by": "day"}, id="number")
GROUPED = declared(split={"group": "number"})


def parts(**columns: Any) -> dict[str, pd.DataFrame]:
    rows = table(day=[f"2020-01-{1 + number // 40:02}" for number in range(120)], **columns)
    return {name: rows[start : start + 40] for name, start in (("train", 0), ("validation", 40), ("holdout", 80))}


def behaved(kind: str) -> dict[str, Any]:
    return {"behaviour": [{"kind": kind, "column": "size", "rows": 9, "share": 0.5, "wanted": 0.9}]}


def replayed(folder: Path) -> list[Gate]:
    """On a challenger that answers each logged row otherwise."""
    limited = declared(gates={"floor": 0.75, "champion": {"replay": {"changed": 0.5, "log": "log"}}})
    for name, bias in {"champion": 1.0, "challenger": -1.0}.items():
        linear_model(limited, {"size": [0.0]}, [bias]).save(folder / name)
    (folder / "log").mkdir()
    rows = {"model": ["champion"], **{f"row_{name}": table()[name].head(1) for name in FEATURES}}
    pq.write_table(pa.table(rows), folder / "log" / "predictions-1.parquet")
    return replay(folder / "challenger", folder / "champion", limited, folder)


FLOORS = {"floors": {"shape": 0.7}}
SLICE = {"column": "shape", "value": "round", "rows": 40, "accuracy": 0.6}
BROKEN = {"rows": 100, "covered": 0.7, "least": 0.8, "slices": []}
FEWER = {"column": "shape", "value": "round", "rows": 40, "covered": 0.6, "least": 0.7}
KEPT = {"rows": 100, "covered": 0.9, "least": 0.8, "slices": [FEWER]}
WEAK = {"group": "size = 1", "rows": 40, "errors": 0.5, "elsewhere": 0.2}
COSTS = {"costs": {"missed": 5, "false_alarm": 1}}
DEAR = {"cost": 0.6, "always": 0.5, "never": 2.5}
# the gate -> the verdicts on something that is wrong
FAULTS: dict[str, Callable[[Path], list[Gate]]] = {
    "data: contract": lambda _: data.all_gates(table(), [Finding("colour", "column is missing")], declared()),
    "data: rows per class": lambda _: data.all_gates(table(bought="yes"), [], declared()),
    "data: rows": lambda _: data.all_gates(table(price=1.0).head(49), [], declared("regression")),
    "data: duplicates": lambda _: data.all_gates(with_a_copy(), [], declared(id="number", features=WIDE)),
    "data: leakage": lambda _: data.all_gates(table(size=np.array([1.0, 0.0] * 60)), [], declared()),
    "data: attainable *": lambda _: data.all_gates(unlike(), [], declared(gates={"floor": 0.75})),
    "split: rows on two sides": lambda _: split.all_gates(parts(number="1"), DAY),
    "split: classes lacking": lambda _: split.all_gates(parts(bought=["yes"] * 60 + ["no"] * 60), DAY),
    "split: groups on two sides": lambda _: split.all_gates(parts(number="1"), GROUPED),
    "split: groups in each part": lambda _: split.all_gates(parts(number="1"), GROUPED),
    "split: in the order of time": lambda _: split.all_gates(dict.fromkeys(parts(), parts()["train"]), DAY),
    "model: *": lambda _: judged({"metrics": {"accuracy": {"value": 0.7}}}),
    "model: above baseline": lambda _: judged({"baseline": {"accuracy": 0.9}}),
    "model: beside a linear one": lambda _: judged({"beside_linear": {"not_worse": 0.0}, "linear": {"accuracy": 0.9}}),
    "model: megabytes": lambda _: judged({"megabytes": 201.0}),
    "model: microseconds a row": lambda _: judged({"microseconds": 9.1}, budget={"microseconds": 9}),
    "model: coverage": lambda _: model.all_gates(figures(coverage=BROKEN), declared(coverage=0.9)),
    "slice: coverage of *=*": lambda _: model.all_gates(figures(coverage=KEPT), declared(coverage=0.9)),
    "model: cost of a decision": lambda _: model.all_gates(figures(decision=DEAR), declared(decision=COSTS)),
    "model: calibration error": lambda _: judged({"ece": 0.2}, calibration={"max_ece": 0.1}),
    "slice: *": lambda _: judged({}, slices=FLOORS),
    "slice: *=*": lambda _: judged({"slices": [SLICE]}, slices=FLOORS),
    "slice: found by search": lambda _: judged({"weak": {"worst": [WEAK]}}, slices={"searched": 0.2}),
    "behaviour: * of *": lambda _: judged(behaved("direction")),
    "champion: replay": replayed,
    "*: not reached": lambda empty: last_verdicts(Paths(empty)),
}


def test_every_gate_in_the_source_has_a_fault_here() -> None:
    assert gates_of_the_code() == FAULTS.keys()


@pytest.mark.parametrize("gate", FAULTS)
def test_the_gate_fails(gate: str, tmp_path: Path) -> None:
    pattern = re.escape(gate).replace(r"\*", "[^=]+?")
    failing = [one for one in FAULTS[gate](tmp_path) if not one.passed]
    assert [one.name for one in failing if re.fullmatch(pattern, one.name)], failing


def test_a_new_gate_is_noticed() -> None:
    code = """
def new(table):
    yield Gate("data: new", "1", "2", table.ok)
    yield gate.limited(f"data: {table.name} alone", 1, None, 2)
    yield Gate(NAME, "1", "2", bool(table))
    yield Gate("data: never wrong", "1", "2", True)
"""
    assert list(gates_in(ast.parse(code))) == ["data: new", "data: * alone", "NAME"]
