"""Contracts of every kind with a model each, and rows of them: good, bad and hostile."""

import random
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from core.model.decision import Rule
from core.model.training import fit
from core.spec.columns import Boolean, Category, Date, Feature, Integer, Number
from core.spec.contract import Contract
from core.spec.estimator import Model
from core.spec.yaml_file import load
from service.model.live import Live
from service.model.serving import Serving
from tests.support.small_product import product

DRAFTED: dict[str, Any] = {
    "id": "nr",
    "group": "firma",
    "target": {"name": "umsatz", "task": "regression"},
    "features": {
        "größe": {"type": "number", "nullable": True, "min": -5, "max": 2e6},
        "anzahl": {"type": "integer", "nullable": True, "max": 10**6},
        "land": {"type": "category", "values": ["NA", "DE", "FR"]},
        "klasse": {"type": "category", "values": [1, 2, 30], "nullable": True},
        "teil": {"type": "category", "values": [0.5, 2.0, True], "nullable": True},
        "neu": {"type": "boolean", "nullable": True},
        "tag": {"type": "date"},
        "zeit": {"type": "date", "time": True, "nullable": True},
        "name": {"type": "text", "max_length": 12},
        "text": {"type": "text", "words": True, "nullable": True, "max_length": 30},
    },
    "derived": {
        "erstes": {"extract": "name", "pattern": "^([A-Z])"},
        "summe": {"sum": ["größe", "anzahl"], "plus": 1},
        "beides": {"join": ["land", "anzahl", "neu", "tag"]},
    },
}
GERMAN: dict[str, Any] = {
    "delimiter": ";",
    "encoding": "cp1252",
    "decimal": ",",
    "thousands": ".",
    "units": {"größe": ["€"]},
    "missing": {"anzahl": ["NA", "-"], "text": ["n/a"], "größe": ["-999"]},
    "dates": {"tag": ["%d.%m.%Y"], "zeit": ["%d.%m.%Y %H:%M"]},
}
TEXTS: tuple[str, ...] = (
    "",
    "a",
    "Ä, ö",
    'say "x"',
    "line\nend",
    "cr\r\nlf",
    "lone\rcr",
    "x" * 31,
    "\u2028",
    "\0",
    " b ",
    "=1+1",
    "'",
    "\ufeff",
)
CELLS: tuple[str, ...] = (
    *(
        "",
        " ",
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        "1_0",
        "+1",
        "1.",
        ".5",
        "-0",
        "-0.0",
        "1e3",
        "1E-5",
        "1e400",
        "007",
        " 3 ",
        "3 ",
    ),
    *(
        "2.0",
        "2.5",
        "2.000",
        "1,5",
        "1.234,5",
        "1.234",
        "12,-",
        "99999999999999999999",
        "9007199254740993",
        "0x10",
        "\u0663",
    ),
    *(
        "9" * 45,
        "0" * 45 + "1",
        "true",
        "TRUE",
        "yes",
        "No",
        "1.0",
        "0.0",
        "2",
        "maybe",
        "NA",
        "-",
        "n/a",
        "-999",
        "None",
        "null",
    ),
    *(
        "2024-02-30",
        "2024-02-29",
        "29.02.2024",
        "2024-02-29T25:00:00",
        "2024-02-29T12:30:00Z",
        "29.02.2024 12:30",
        "1710460800",
    ),
    *TEXTS,
)


def good(feature: Feature, draw: random.Random) -> Any:
    """A value by the contract."""
    if feature.nullable and draw.random() < 0.2:
        return None
    match feature:
        case Number():
            low = -5.0 if feature.min is None else feature.min
            high = low + 1000 if feature.max is None else feature.max
            return draw.choice([draw.uniform(low, high), float(int(draw.uniform(low, high))), low])
        case Integer():
            low = -3 if feature.min is None else feature.min
            return draw.randint(low, low + 9 if feature.max is None else min(feature.max, low + 9))
        case Category():
            return draw.choice(feature.values)
        case Boolean():
            return draw.choice([True, False])
        case Date():
            day = f"20{draw.randint(10, 29)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
            return f"{day}T{draw.randint(0, 23):02d}:30:00" if feature.time else day
    return draw.choice(["Anna", "Bo, Mr. C", "plain words here", "d" * draw.randint(1, 12)])[: feature.max_length]


def rows_of(contract: Contract, count: int, draw: random.Random) -> list[dict[str, Any]]:
    return [{name: good(feature, draw) for name, feature in contract.features.items()} for _ in range(count)]


def contracts() -> dict[str, tuple[Contract, dict[str, Any], tuple[str, ...]]]:
    """Contract, reading, ignored columns."""
    drafted = Contract.model_validate(DRAFTED)
    by_name: dict[str, tuple[Contract, dict[str, Any], tuple[str, ...]]] = {
        name: (load(name).contract, {}, ()) for name in ("titanic", "weather", "temperatures")
    }
    for task in ("binary", "multiclass", "regression"):
        by_name[f"small {task}"] = (product(task, "catboost").contract, {}, ("left out",))
    by_name["drafted"] = (drafted, {}, ("filiale",))
    by_name["drafted, as written"] = (drafted, GERMAN, ("filiale",))
    return by_name


@cache
def live_of(name: str, estimator: str = "catboost") -> Live:
    """A model trained on a few made rows, whose target is drawn."""
    contract, reading, ignored = contracts()[name]
    draw = random.Random(0)
    table = pd.DataFrame(rows_of(contract, 300, draw)).astype(object)
    table = table.where(table.notna(), None)
    for column, feature in contract.features.items():
        if isinstance(feature, Number | Integer):
            table[column] = table[column].astype(float)
    values = contract.target.values
    is_regression = contract.target.task == "regression"
    table[contract.target.name] = [draw.gauss(0, 1) if is_regression else str(draw.choice(values)) for _ in range(300)]
    settings = Model.model_validate({"estimator": estimator, "iterations": 9, "learning_rate": 0.3, "depth": 3})
    promised = None if name.startswith("drafted") else 0.9  # so that answers with and without a promise are compared
    parts = (table[:200], table[200:])
    model = fit(contract, settings, parts, coverage=promised, slices=contract.features).model
    if model.guarantee is not None and contract.target.task == "multiclass":
        model.guarantee = replace(model.guarantee, abstain=True)
    if contract.target.task == "binary":
        model.rule = Rule(0.45)
    served = contract.with_forms({name: tuple(forms) for name, forms in reading.get("dates", {}).items()})
    manifest = {"reading": reading, "ignored": list(ignored)}
    return Live(Serving("any", "Any", "", served, version="5" * 64, model=model, manifest=manifest))
