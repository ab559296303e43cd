"""Evidently's drift preset with its defaults, for each day: evidently_drift.py INPUT.npz OUTPUT.npz ...

INPUT has `reference` (n, F), numbers with NaN for missing, categories as codes; `categorical`, bool (F,); and `days`
(D, rows, F). OUTPUT has `drifted` (D,), how many columns the defaults say have drifted, and `preset_seconds`, of a
processor for one report. The preset draws plots in each report; here its tests alone are called for all days, and a
report of the first day must say the same.
"""

import os
import sys
import time
import warnings

os.environ["DO_NOT_TRACK"] = "1"

import numpy as np
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.core import ColumnType
from evidently.presets import DataDriftPreset

warnings.simplefilter("ignore")


def frame(values: np.ndarray, categorical: np.ndarray) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    for place, is_category in enumerate(categorical):
        column = pd.Series(values[:, place])
        columns[str(place)] = column.map(lambda code: f"v{code:g}", na_action="ignore") if is_category else column
    return pd.DataFrame(columns)


def drifted(reference: pd.DataFrame, day: pd.DataFrame, categorical: np.ndarray) -> int:
    columns = 0
    for name, is_category in zip(reference, categorical, strict=True):
        kind = ColumnType.Categorical if is_category else ColumnType.Numerical
        before, now = reference[name].dropna(), day[name].dropna()
        if len(now):
            columns += get_stattest(before, now, kind, None)(before, now, kind, None).drifted
    return columns


def preset(reference: pd.DataFrame, day: pd.DataFrame, categorical: np.ndarray) -> int:
    names = np.array(reference.columns)
    definition = DataDefinition(
        numerical_columns=names[~categorical].tolist(), categorical_columns=names[categorical].tolist()
    )
    tables = [Dataset.from_pandas(table, data_definition=definition) for table in (day, reference)]
    facts = Report([DataDriftPreset()]).run(*tables).dict()
    return int(facts["metrics"][0]["value"]["count"])


if __name__ == "__main__":
    for source, output in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        given = np.load(source)
        reference, days = frame(given["reference"], given["categorical"]), given["days"]
        counts = [drifted(reference, frame(day, given["categorical"]), given["categorical"]) for day in days]
        first = frame(days[0], given["categorical"]).dropna(axis="columns", how="all")
        there = np.isin(reference.columns, first.columns)
        began = time.process_time()
        reported = preset(reference[first.columns], first, given["categorical"][there])
        seconds = time.process_time() - began
        if reported != counts[0]:
            sys.exit(f"{source}: the preset says {reported} columns, its tests {counts[0]}")
        np.savez(output, drifted=np.array(counts), preset_seconds=seconds)
