"""Mean rank and Elo as TabArena computes them: a list of rows as JSON on stdin, by method as JSON on stdout.

python leaderboard.py REFERENCE; a row has method, task, seed (a fold of the task) and metric_error. Elo is a
Bradley-Terry fit over all pairs of methods on each fold, a task counting once; the method REFERENCE has 1000. Its
interval is of 95 %, over 200 resamples of the tasks.
"""

import json
import sys

import pandas as pd
from bencheval.evaluator import BenchmarkEvaluator

ROUNDS = 200


def main() -> None:
    elo = {"calibration_framework": sys.argv[1], "calibration_elo": 1000, "BOOTSTRAP_ROUNDS": ROUNDS}
    evaluator = BenchmarkEvaluator(seed_column="seed", columns_to_agg_extra=None)
    table = evaluator.leaderboard(pd.DataFrame(json.load(sys.stdin)), metrics=["elo"], elo_kwargs=elo)
    print(table[["elo", "elo+", "elo-", "rank"]].to_json(orient="index"))


if __name__ == "__main__":
    main()
