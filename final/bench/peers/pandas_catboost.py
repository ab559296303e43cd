"""What one writes by hand to score titanic: pandas, the features of product.yaml, CatBoost's predict.

python pandas_catboost.py MODEL.cbm INPUT OUTPUT; CSV or Parquet by the name's end. It checks no row.
"""

import sys

import numpy as np
import pandas as pd
from catboost import CatBoost, Pool

CATEGORIES = ["Pclass", "Sex", "Ticket", "Embarked", "Title", "Deck", "Party"]
COLUMNS = ["Pclass", "Sex", "Age", "Ticket", "Fare", "Embarked", "Title", "Deck", "Family", "Party"]


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
    if output.endswith(".parquet"):
        answers.to_parquet(output, index=False)
    else:
        answers.to_csv(output, index=False)


if __name__ == "__main__":
    main()
