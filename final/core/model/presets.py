"""Settings of CatBoost that follow the table: its rows, its columns and the classes of its target."""

from dataclasses import dataclass, replace

from core.spec.estimator import Model, Quality

SMALL_ROWS = 5_000
WIDE_COLUMNS = 500  # from here a level of a tree looks at a share of the columns, of about TRIED
TRIED = 150
LEAST_TRIED = 4
# from here statistics of combinations of categories take most of the time and memory and gain nothing: of 64,000 rows
# training took a tenth of the time without them, with a log loss of 0.4505 instead of 0.4496
LARGE_ROWS = 20_000
HUGE_ROWS = 200_000  # from here each tree costs so much that there have to be fewer


@dataclass(frozen=True)
class Preset:
    """Settings for tables of one size: the larger the table, the fewer and longer the steps."""

    iterations: int
    learning_rate: float
    depth: int = 6
    one_hot_max_size: int = 10
    l2_leaf_reg: float = 3.0
    patience: int = 0

    @property
    def early_stopping_rounds(self) -> int:
        return self.patience or max(20, self.iterations // 10)


# of binary tables with 2,600 to 4,800 rows SMALL had less log loss than 500 steps of 0.06 in 22 of 24 trainings
# and of tables with little noise, which end at 1000 steps unfinished, 2000 had an error of 2.13 instead of 2.17
SMALL = Preset(iterations=2000, learning_rate=0.03, patience=100)
MEDIUM = Preset(iterations=1000, learning_rate=0.06)
# of 1,500 columns and 150 rows it takes a fiftieth of the time of SMALL
WIDE = Preset(iterations=300, learning_rate=0.06, depth=4)
LARGE = Preset(iterations=1000, learning_rate=0.1, one_hot_max_size=255)
HUGE = Preset(iterations=600, learning_rate=0.12, one_hot_max_size=255)
# a leaf has a value for each class, so that a tree costs as many times as much
SMALL_MULTICLASS = Preset(iterations=600, learning_rate=0.1, depth=5)
MULTICLASS = Preset(iterations=500, learning_rate=0.2, depth=5)
LARGE_MULTICLASS = Preset(iterations=500, learning_rate=0.2, depth=5, one_hot_max_size=255)
# for a first look at a table below HUGE_ROWS
FAST = Preset(iterations=200, learning_rate=0.15, one_hot_max_size=255)
FAST_MULTICLASS = Preset(iterations=100, learning_rate=0.2, depth=5, one_hot_max_size=255)


def preset(rows: int, classes: int, columns: int, quality: Quality = "good") -> Preset:
    """The preset for a table of this size; `classes` is 0 for a regression."""
    if quality == "fast" and rows < HUGE_ROWS:
        return FAST_MULTICLASS if classes > 2 else FAST
    chosen = _by_size(rows, classes, columns)
    if quality == "best":  # half the step, so that the answer is finer
        finer = {"iterations": 2 * chosen.iterations, "patience": 2 * chosen.patience}
        return replace(chosen, learning_rate=chosen.learning_rate / 2, **finer)
    return chosen


def _by_size(rows: int, classes: int, columns: int) -> Preset:
    if classes > 2:
        if rows < SMALL_ROWS:
            return SMALL_MULTICLASS
        return MULTICLASS if rows < LARGE_ROWS else LARGE_MULTICLASS
    if rows < SMALL_ROWS:
        return SMALL if columns < WIDE_COLUMNS else WIDE
    if rows < LARGE_ROWS:
        return MEDIUM
    return LARGE if rows < HUGE_ROWS else HUGE


def share_of_columns(columns: int, classes: int) -> float:
    """The share of the columns that a level of a tree looks at.

    Of several classes each column costs as many times as much: 15 classes and 90 columns took three times as long with
    all of them, and 11 classes with 13 columns were no worse with half.
    """
    looks = columns * (classes if classes > 2 else 1)
    return 1.0 if looks < WIDE_COLUMNS else min(1.0, max(TRIED / looks, LEAST_TRIED / columns))


def completed(settings: Model, rows: int, classes: int, columns: int) -> Model:
    """The settings, with those that product.yaml leaves open from the preset."""
    chosen = preset(rows, classes, columns, settings.quality)
    names = ("iterations", "learning_rate", "depth", "l2_leaf_reg", "one_hot_max_size", "early_stopping_rounds")
    return settings.model_copy(
        update={name: getattr(chosen, name) for name in names if getattr(settings, name) is None}
    )
