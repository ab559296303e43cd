"""Trains the model that params.yaml names on one version of the table; leaves it with the rows it did not see."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import pandas as pd
import typer
from ruamel.yaml import YAML
from sklearn.model_selection import train_test_split

TARGET: Final = "Survived"


def split(table: pd.DataFrame, share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training and hold-out rows, with the target's classes in proportion.

    The rows are chosen by their place alone, so every version holds out the same passengers.
    """
    train, holdout = train_test_split(table, test_size=share, random_state=seed, stratify=table[TARGET])
    return train, holdout


def text_columns(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])]


def logistic(x: pd.DataFrame, c: float, seed: int) -> Any:
    """Logistic regression; what v1 still lacks (filled ages, encoded Sex) it does for itself."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encode = make_column_transformer(
        (OneHotEncoder(drop="if_binary", sparse_output=False), text_columns(x)), remainder=SimpleImputer()
    )
    return make_pipeline(encode, StandardScaler(), LogisticRegression(C=c, random_state=seed))


def catboost(x: pd.DataFrame, depth: int, iterations: int, learning_rate: float, seed: int) -> Any:
    """Boosted trees; text and missing values are taken as they are. One thread, so that runs repeat exactly."""
    from catboost import CatBoostClassifier

    return CatBoostClassifier(
        depth=depth,
        iterations=iterations,
        learning_rate=learning_rate,
        random_seed=seed,
        cat_features=text_columns(x),
        thread_count=1,
        verbose=False,
        allow_writing_files=False,
    )


def save(model: Any, folder: Path) -> None:
    """In the model's own format; nothing is pickled."""
    if hasattr(model, "save_model"):
        model.save_model(str(folder / "model.cbm"))
    else:
        import skops.io

        skops.io.dump(model, folder / "model.skops")


def main(
    source: Annotated[Path, typer.Option("--input", help="The version's CSV.")],
    output: Annotated[Path, typer.Option(help="Folder for the model.")] = Path("model"),
    params: Annotated[Path, typer.Option(help="Parameters, composed by Hydra.")] = Path("params.yaml"),
) -> None:
    """Train one model."""
    settings = YAML(typ="safe").load(params)
    kind = settings["model"].pop("name")
    train, holdout = split(pd.read_csv(source), settings["holdout"], settings["seed"])
    x, y = train.drop(columns=TARGET), train[TARGET]
    models: dict[str, Callable[..., Any]] = {"logistic": logistic, "catboost": catboost}
    model = models[kind](x, **settings["model"], seed=settings["seed"]).fit(x, y)
    output.mkdir(parents=True, exist_ok=True)
    save(model, output)
    holdout.to_csv(output / "holdout.csv", index=False)
    print(f"train.py: {kind} on {len(train)} rows of {source}", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
