"""Stage 2: turns days into questions "seven days of weather: will it rain tomorrow?" and chooses the features.

Every feature is a weighted sum over the days of the window, so all of them are one matrix, and the features object is
made of scikit-learn's own parts: it becomes a part of the saved model, and whoever loads that needs none of this code.
"""

import json
import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from matplotlib import style
from matplotlib.figure import Figure
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import RFECV, mutual_info_classif
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import Binarizer, FunctionTransformer, StandardScaler

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the script runs alone, from any directory
from lab2.inputs import BOUNDS, TARGET, InputError, check_weather, parse_csv, run_stage

HERE = Path(__file__).resolve().parent
WINDOW = 7  # days, today included
FOLDS = 5
ENOUGH = 10  # days of either kind; with fewer there is nothing to learn or to judge by
Weights = dict[str, dict[str, float]]  # feature -> basic column -> weight


def make_windows(weather: pd.DataFrame) -> pd.DataFrame:
    """One row per day that ends seven days in a row: the inputs of the model, and the target if it is known.

    Index: today. Columns: `precipitation_0` (today's) ... `wind_6` (six days ago), `day_of_year` (1-366) and the
    target (1: more than 0 mm fall tomorrow, 0: none, NaN: not in the table). No window holds a day that is missing.
    """
    daily = weather.asfreq("D")
    lags = {f"{name}_{ago}": daily[name].shift(ago) for name in BOUNDS for ago in range(WINDOW)}
    rows = pd.DataFrame({**lags, "day_of_year": pd.DatetimeIndex(daily.index).day_of_year})
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


def features_of(names: list[str]) -> Pipeline:
    """A fitted pipeline from rows of `make_windows` to an array (rows, features), in the order of `names`.

    It learns nothing from data. `wet` is 1 on a day with rain, `log_rain` is log(1 + mm), the season is a yearly wave.
    """
    lags = {name: [f"{name}_{ago}" for ago in range(WINDOW)] for name in BOUNDS}
    angle = FunctionTransformer(np.dot, kw_args={"b": np.array([[2 * np.pi / 365.25]])})
    derived = [
        ("wet", Binarizer(), lags["precipitation"]),
        ("log_rain", FunctionTransformer(np.log1p), lags["precipitation"]),
        ("season_sin", make_pipeline(angle, FunctionTransformer(np.sin)), ["day_of_year"]),
        ("season_cos", make_pipeline(angle, FunctionTransformer(np.cos)), ["day_of_year"]),
    ]
    basic = ColumnTransformer([*((name, "passthrough", lags[name]) for name in BOUNDS), *derived])
    columns = [f"{name}_{ago}" for name in [*BOUNDS, "wet", "log_rain"] for ago in range(WINDOW)]
    weights = pd.DataFrame(candidate_features())[names].reindex([*columns, "season_sin", "season_cos"]).fillna(0.0)
    sums = FunctionTransformer(np.dot, kw_args={"b": weights.to_numpy()})
    zero = pd.DataFrame(0.0, index=[0], columns=[*(lag for name in BOUNDS for lag in lags[name]), "day_of_year"])
    return Pipeline([("basic", basic), ("sums", sums)]).fit(zero)


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
            counts = f"{rainy} rainy and {dry} dry days, {ENOUGH} of each are needed"
            raise InputError(f"the {name} has {counts}; collect another --source")
    return train, test


def select(features: pd.DataFrame, target: pd.Series) -> RFECV:
    """Recursive feature elimination: a logistic regression drops its smallest coefficient again and again.

    The best number of features has the best Brier score in folds of which each is later than what it learns from.
    """
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3))
    coefficients = "named_steps.logisticregression.coef_"
    selector = RFECV(model, cv=TimeSeriesSplit(FOLDS), scoring="neg_brier_score", importance_getter=coefficients)
    return selector.fit(features, target)


def plot(scores: pd.DataFrame, brier: np.ndarray, days: int) -> Figure:
    """What each feature tells alone, and the Brier score by the number of features that are kept."""
    style.use(HERE.parent / "tools/plots.mplstyle")
    figure = Figure(figsize=(11, 7))
    left, right = figure.subplots(1, 2)
    chosen = scores["chosen"].to_numpy()
    left.barh(scores.index[::-1], scores["mutual_information"][::-1], color=np.where(chosen, "C0", "C7")[::-1])
    left.set(xlabel="mutual information with rain tomorrow, nats", title="Each feature alone, the kept ones in blue")
    left.tick_params(axis="y", labelsize=8)
    left.margins(y=0.01)
    right.plot(range(1, len(brier) + 1), brier, marker="o")
    right.axvline(chosen.sum(), color="C1", label=f"{chosen.sum()} features are kept")
    right.set(xlabel="number of features", ylabel=f"Brier score, mean of {FOLDS} folds (lower is better)")
    right.set_title(f"Recursive elimination, n = {days} train days")
    right.legend()
    return figure


def main(
    folder: Annotated[Path, typer.Option(help="Has data/weather.csv; gets data/ and reports/.")] = HERE,
    test_share: Annotated[float, typer.Option(min=0.05, max=0.5, help="The latest share of days is test.")] = 0.25,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="For the estimate of mutual information.")] = 0,
) -> None:
    """Make windows of days, split them by time, choose features on train, and save both parts."""
    path = folder / "data/weather.csv"
    if not path.is_file():
        raise InputError(f"{path}: no such file; run data_collection.py first")
    train, test = split(make_windows(check_weather(parse_csv(path.read_bytes(), str(path)), str(path))), test_share)
    names = list(candidate_features())
    values = pd.DataFrame(features_of(names).transform(train.drop(columns=TARGET)), columns=names)
    selector = select(values, train[TARGET])
    scores = pd.DataFrame({"rank": selector.ranking_, "chosen": selector.support_}, index=names)
    scores["mutual_information"] = mutual_info_classif(values, train[TARGET], random_state=seed)
    scores = scores.sort_values("mutual_information", ascending=False)
    brier = -selector.cv_results_["mean_test_score"]
    chosen = [name for name in names if scores["chosen"][name]]
    features = features_of(chosen)
    for part in ("data/windows", "data/features", "reports"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for name, rows in {"train": train, "test": test}.items():
        made = pd.DataFrame(features.transform(rows.drop(columns=TARGET)), rows.index, chosen)
        rows.to_csv(folder / f"data/windows/{name}.csv", lineterminator="\n")
        made.assign(**{TARGET: rows[TARGET]}).to_csv(folder / f"data/features/{name}.csv", lineterminator="\n")
    table = scores.reset_index(names="feature").to_dict("records")
    report = {"brier_by_number_of_features": list(brier), "scores": table}
    (folder / "reports/features.json").write_text(f"{json.dumps(report, indent=2)}\n")
    plot(scores, brier, len(train)).savefig(folder / "reports/features.png", metadata={"Software": None})
    print(f"data_preparation.py: {len(train)} + {len(test)} days, {len(chosen)} features chosen", file=sys.stderr)


if __name__ == "__main__":
    run_stage(main)
