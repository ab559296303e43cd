"""What one writes by hand to score titanic: pandas, the features of product.yaml, CatBoost's predict, prediction sets.

python pandas_catboost.py MODEL.cbm INPUT OUTPUT; CSV or Parquet by the name's end. It checks no row. The limits of the
sets are those of guarantee.json next to the model.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from catboost import CatBoost, Pool

CATEGORIES = ["Pclass", "Sex", "Ticket", "Embarked", "Title", "Deck", "Party"]
COLUMNS = ["Pclass", "Sex", "Age", "Ticket", "Fare", "Embarked", "Title", "Deck", "Family", "Party"]


def prediction_sets(table: pd.DataFrame, probability: np.ndarray, guarantee: dict[str, Any]) -> np.ndarray:
    """0, 1 or 0|1 for each row, by the widest limit of its groups."""
    limits = np.zeros(len(table))
    for name, groups in guarantee["groups"].items():
        limit_of = {value: group["limit"] for value, group in groups.items()}
        limits = np.maximum(limits, table[name].map(limit_of).astype(float).fillna(guarantee["limit"]))
    has_both = (probability >= 1 - limits) & (1 - probability >= 1 - limits)
    return np.select([has_both, probability > 0.5], ["0|1", "1"], "0")


def main() -> None:
    model_file, source, output = sys.argv[1:]
    read = pd.read_parquet if source.endswith(".parquet") else pd.read_csv
    table = read(source)
    title = table["Name"].str.extract(r", *([^.]+)\.", expand=False)
    table["Title"] = title.where(title.isin(["Mr", "Mrs", "Miss", "Master"]), "other")
    deck = table["Cabin"].str.extract("^([A-Z])", expand=False)
    table["Deck"] = deck.fillna("other").where(table["Cabin"].notna(), "")
    table["Family"] = table["SibSp"] + table["Parch"] + 1
    table["Party"] = table["Ticket"].astype(str) + "|" + table["Sex"]
    for name in CATEGORIES:
        table[name] = table[name].astype("string").fillna("").astype("category")
    pool = Pool(table[COLUMNS], cat_features=CATEGORIES)
    model = CatBoost()
    model.load_model(model_file)
    probability = model.predict(pool, prediction_type="Probability")[:, 1]
    answers = pd.DataFrame({"PassengerId": table["PassengerId"], "prediction": (probability > 0.5).astype(np.int64)})
    answers["probability"] = probability
    guarantee = json.loads(Path(model_file).with_name("guarantee.json").read_bytes())
    answers["set"] = prediction_sets(table, probability, guarantee)
    if output.endswith(".parquet"):
        answers.to_parquet(output, index=False)
    else:
        answers.to_csv(output, index=False)


if __name__ == "__main__":
    main()
