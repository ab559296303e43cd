"""Stage 2: turns days into questions "seven days of weather: will it rain tomorrow?" and chooses the features.

Every feature is a weighted sum over the days of the window, so all of them are one matrix, and the features object is
made of scikit-learn's own parts: it becomes a part of the saved model, and whoever loads that needs none of this code.
"""

import hashlib
import io
import json
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import skops.io
import typer
from matplotlib.figure import Figure
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import mutual_info_classif
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import Binarizer, FunctionTransformer, StandardScaler

HERE = Path(__file__).resolve().parent
WEATHER, DATA, REPORTS = HERE / "data/weather.csv", HERE / "data", HERE / "reports"
FEATURES = HERE / "model/features.skops"
MEASURED = ["precipitation", "temp_max", "temp_min", "wind"]
WINDOW = 7  # days, today included
TARGET = "rain_tomorrow"
FOLDS = 5
SHUFFLES = 5  # of the target, and of each column
ENOUGH = 10  # days of either kind; with fewer there is nothing to learn or to judge by
OTHER = "collect another --source"
Weights = dict[str, dict[str, float]]  # feature -> basic column -> weight


class InputError(ValueError):
    """A table that this stage cannot use; the message names place, reason and remedy, main() adds the file."""


def read_weather(path: Path) -> pd.DataFrame:
    """The measured columns of stage 1's table, index: its days in order. Raises InputError unless stage 1 wrote it."""
    try:
        content, about = path.read_bytes(), json.loads(path.with_name("source.json").read_text())
    except FileNotFoundError as error:
        raise InputError(f"no file {error.filename}; run data_collection.py first") from None
    except ValueError:
        about = None
    if not isinstance(about, dict) or about.get("sha256") != hashlib.sha256(content).hexdigest():
        raise InputError("not the checked table that source.json beside it names; run data_collection.py again")
    return pd.read_csv(io.BytesIO(content), index_col="date", parse_dates=["date"])[MEASURED]


def make_windows(weather: pd.DataFrame) -> pd.DataFrame:
    """One row per day that ends seven days in a row: the inputs of the model, and the target where known.

    Index: today. Columns: `precipitation_0` (today's) ... `wind_6` (six days ago), `day_of_year` (1-366) and the
    target (1: more than 0 mm fall tomorrow, 0: none, NaN: not in the table). No window holds a day that is missing.
    """
    daily = weather.asfreq("D")
    lags = {f"{name}_{ago}": daily[name].shift(ago) for name in MEASURED for ago in range(WINDOW)}
    rows = pd.DataFrame({**lags, "day_of_year": daily.index.day_of_year})  # type: ignore[attr-defined]
    tomorrow = daily["precipitation"].shift(-1)
    rows[TARGET] = (tomorrow > 0).astype(float).where(tomorrow.notna())
    return rows.dropna(subset=list(lags))


def candidate_features() -> Weights:
    """All features to choose from, as weights of the basic columns that `features_of` makes."""
    features: Weights = {name: {name: 1.0} for name in ["season_sin", "season_cos"]}
    for name in ["wet", "log_rain", "temp_max", "temp_min", "wind"]:
        features |= {f"{name}_{ago}": {f"{name}_{ago}": 1.0} for ago in range(3)}
        for days in (3, WINDOW):
            features[f"{name}_mean_{days}"] = {f"{name}_{ago}": 1 / days for ago in range(days)}
    for name in ["temp_max", "temp_min", "wind"]:
        features[f"{name}_change"] = {f"{name}_0": 1.0, f"{name}_1": -1.0}
    features["temp_range_0"] = {"temp_max_0": 1.0, "temp_min_0": -1.0}
    return features


def features_of(weights: Weights) -> Pipeline:
    """A fitted pipeline from rows of `make_windows` to an array (rows, features), in the order of `weights`.

    It learns nothing from data. `wet` is 1 on a day with rain, `log_rain` is log(1 + mm), the season is a yearly wave.
    """
    lags = {name: [f"{name}_{ago}" for ago in range(WINDOW)] for name in MEASURED}
    angle = FunctionTransformer(np.dot, kw_args={"b": np.array([[2 * np.pi / 365.25]])})
    derived = [
        ("wet", Binarizer(), lags["precipitation"]),
        ("log_rain", FunctionTransformer(np.log1p), lags["precipitation"]),
        ("season_sin", make_pipeline(angle, FunctionTransformer(np.sin)), ["day_of_year"]),
        ("season_cos", make_pipeline(angle, FunctionTransformer(np.cos)), ["day_of_year"]),
    ]
    basic = ColumnTransformer([*((name, "passthrough", lags[name]) for name in MEASURED), *derived])
    names = [f"{name}_{ago}" for name in [*MEASURED, "wet", "log_rain"] for ago in range(WINDOW)]
    matrix = pd.DataFrame(weights).reindex([*names, "season_sin", "season_cos"]).fillna(0.0).to_numpy()
    zero = pd.DataFrame(
        0.0, index=[0], columns=[*(column for name in MEASURED for column in lags[name]), "day_of_year"]
    )
    return Pipeline([("basic", basic), ("sums", FunctionTransformer(np.dot, kw_args={"b": matrix}))]).fit(zero)


def split(rows: pd.DataFrame, test_share: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows with a known target, the last share of them apart as test: it is later than all of train. Raises InputError.

    The latest target of train is the weather of the first today of test, so no target is in both.
    """
    known = rows.dropna().astype({TARGET: int})
    cut = round(len(known) * (1 - test_share))
    train, test = known.iloc[:cut], known.iloc[cut:]
    for name, part in {"first fold of train": train.iloc[: cut // (FOLDS + 1)], "test part": test}.items():
        dry, rainy = (int((part[TARGET] == answer).sum()) for answer in (0, 1))
        if min(dry, rainy) < ENOUGH:
            raise InputError(f"the {name} has {rainy} rainy and {dry} dry days, {ENOUGH} of each are needed; {OTHER}")
    return train, test


def score(features: pd.DataFrame, target: "pd.Series[int]", seed: int) -> tuple[pd.DataFrame, float]:
    """How much each feature tells about the target, from the rows of train alone; and the level that chance reaches.

    Columns: `mutual_information` (nats; Kraskov 2004, as in scikit-learn), `permutation_importance` (how much the
    Brier score of a logistic regression gets worse on the next fold when the column is shuffled there; Breiman 2001)
    and `chosen`. Chance: 95 % of all features have less mutual information with a shuffled target.
    """
    x, y, rng = features.to_numpy(), target.to_numpy(), np.random.default_rng(seed)
    # Counts of days have few values: the estimator must know which columns these are, and wants them as whole numbers.
    few = (features.round(6).nunique() <= WINDOW + 1).to_numpy()
    whole = np.where(few, features.round(6).rank(method="dense"), x)
    told = partial(mutual_info_classif, whole, discrete_features=few, n_neighbors=10)
    times = range(seed, seed + SHUFFLES)
    chance = float(np.quantile([told(rng.permutation(y), random_state=number) for number in times], 0.95))
    importances = []
    for earlier, later in TimeSeriesSplit(FOLDS).split(x):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1)).fit(x[earlier], y[earlier])
        options = {"scoring": "neg_brier_score", "n_repeats": SHUFFLES, "random_state": seed}
        importances.append(permutation_importance(model, x[later], y[later], **options).importances_mean)
    information = [told(y, random_state=number) for number in times]  # a seed each: it breaks the ties of values
    scores = pd.DataFrame({"mutual_information": np.mean(information, axis=0)}, features.columns)
    scores["permutation_importance"] = np.mean(importances, axis=0)
    scores["chosen"] = (scores["mutual_information"] > chance) & (scores["permutation_importance"] > 0)
    if not scores["chosen"].any():
        raise InputError(f"no feature tells more about tomorrow than chance does; {OTHER}")
    return scores.sort_values("mutual_information", ascending=False), chance


def plot(scores: pd.DataFrame, chance: float) -> bytes:
    """PNG: both scores of every feature, the chosen ones in colour."""
    figure, png = Figure(figsize=(12, 8), layout="constrained"), io.BytesIO()
    colours = np.where(scores["chosen"], "#0072B2", "#BBBBBB")[::-1]
    marks = {"mutual_information": (chance, "nats"), "permutation_importance": (0.0, "Brier score lost")}
    for axes, (name, (line, unit)) in zip(figure.subplots(1, 2, sharey=True), marks.items(), strict=True):
        axes.barh(scores.index[::-1], scores[name][::-1], color=colours)
        axes.axvline(line, color="#D55E00", label="what a useless feature has")
        axes.set(title=name.replace("_", " "), xlabel=unit)
        axes.margins(y=0.01)
        axes.legend(loc="lower right")
    figure.suptitle(f"{scores['chosen'].sum()} of {len(scores)} features are right of both lines (blue)")
    figure.savefig(png, dpi=110, metadata={"Software": None})
    return png.getvalue()


def main(
    weather: Annotated[Path, typer.Option(help="The table of stage 1.")] = WEATHER,
    data: Annotated[Path, typer.Option(help="Folder for windows/ and features/, train and test each.")] = DATA,
    features_file: Annotated[Path, typer.Option("--features", help="Where the features object goes.")] = FEATURES,
    reports: Annotated[Path, typer.Option(help="For features.json and features.png.")] = REPORTS,
    test_share: Annotated[float, typer.Option(min=0.05, max=0.5, help="The latest share of days is test.")] = 0.25,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="For the shuffles of the scores.")] = 0,
) -> None:
    """Make windows of days, split them by time, choose features on train, and save both parts."""
    try:
        train, test = split(make_windows(read_weather(weather)), test_share)
        everything = candidate_features()
        values = features_of(everything).transform(train.drop(columns=TARGET))
        scores, chance = score(pd.DataFrame(values, train.index, list(everything)), train[TARGET], seed)
        chosen = {name: everything[name] for name in everything if scores.loc[name, "chosen"]}
        features = features_of(chosen)
        table = scores.reset_index(names="feature").to_dict("records")
        files = {features_file: skops.io.dumps(features), reports / "features.png": plot(scores, chance)}
        files[reports / "features.json"] = json.dumps({"chance": chance, "scores": table}, indent=2).encode()
        for name, rows in {"train": train, "test": test}.items():
            made = pd.DataFrame(features.transform(rows.drop(columns=TARGET)), rows.index, list(chosen))
            for folder, part in {"windows": rows, "features": made.assign(**{TARGET: rows[TARGET]})}.items():
                files[data / folder / f"{name}.csv"] = part.to_csv(lineterminator="\n").encode()
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f".{path.name}.new").write_bytes(content)
        for path in files:  # only now: a killed run leaves the earlier files whole
            path.with_name(f".{path.name}.new").replace(path)
    except (InputError, OSError) as error:
        sys.exit(f"data_preparation.py: {weather}: {error}")
    print(f"data_preparation.py: {len(train)} + {len(test)} days, {len(chosen)} features chosen", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
