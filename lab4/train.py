"""Trains the model that params.yaml names on one version of the table."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import pandas as pd
import skops.io
import typer
from catboost import CatBoostClassifier
from ruamel.yaml import YAML
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

TARGET: Final = "Survived"


def split(table: pd.DataFrame, params: dict[str, Any]) -> list[pd.DataFrame]:
    """Training and hold-out rows, with the target's classes in proportion.

    The rows are chosen by their position alone, so every version holds out the same passengers.
    """
    rows: list[pd.DataFrame] = train_test_split(
        table, test_size=params["holdout"], random_state=params["seed"], stratify=table[TARGET]
    )
    return rows


def logistic(text_columns: list[str], c: float, seed: int) -> Any:
    """Logistic regression; it imputes and encodes what v1 leaves missing or as text."""
    encode = make_column_transformer(
        (OneHotEncoder(drop="if_binary", sparse_output=False), text_columns), remainder=SimpleImputer()
    )
    return make_pipeline(encode, StandardScaler(), LogisticRegression(C=c, random_state=seed))


def catboost(text_columns: list[str], seed: int, **settings: Any) -> Any:
    """Boosted trees, which take text and missing values as they are. One thread, so that runs repeat exactly."""
    quiet = {"thread_count": 1, "verbose": False, "allow_writing_files": False}
    return CatBoostClassifier(cat_features=text_columns, random_seed=seed, **settings, **quiet)


MODELS: Final[dict[str, Callable[..., Any]]] = {"logistic": logistic, "catboost": catboost}


def main(
    source: Annotated[Path, typer.Option("--input", help="The version's CSV.")] = Path("titanic.csv"),
    output: Annotated[Path, typer.Option(help="Folder for the model.")] = Path("model"),
    params: Annotated[Path, typer.Option(help="Parameters, composed by Hydra.")] = Path("params.yaml"),
) -> None:
    """Train one model."""
    settings = YAML(typ="safe").load(params)
    kind = settings["model"].pop("name")
    train, _ = split(pd.read_csv(source), settings)
    x, y = train.drop(columns=TARGET), train[TARGET]
    text_columns = [name for name in x.columns if not pd.api.types.is_numeric_dtype(x[name])]
    model = MODELS[kind](text_columns, seed=settings["seed"], **settings["model"]).fit(x, y)
    output.mkdir(parents=True, exist_ok=True)
    if kind == "catboost":
        model.save_model(str(output / "model.cbm"))
    else:
        skops.io.dump(model, output / "model.skops")
    print(f"train.py: {kind} on {len(train)} rows of {source}", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
