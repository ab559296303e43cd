"""The limits of the gates, as product files declare them."""

from pydantic import Field

from core.spec.behaviour import Checks
from core.spec.columns import Frozen
from core.spec.metric_names import MetricName


class DataGates(Frozen):
    """Limits of the table itself."""

    min_rows_per_class: int = Field(default=50, ge=1)
    leakage: float = Field(default=0.99, gt=0.5, le=1, description="score of a single feature that is too good")
    unexplained_duplicates: int = Field(default=0, ge=0, description="pairs of equal rows beyond what chance explains")
    repeated_rows: float | None = Field(
        default=None,
        ge=0,
        le=1,
        exclude_if=lambda share: share is None,
        description="share of the rows that may repeat an earlier row, in place of what chance explains",
    )


class Slices(Frozen):
    """A limit in each group of the hold-out that has at least `min_rows` rows, by column.

    `metric` is accuracy by default, or mae for a regression. A metric has floors if higher is better, ceilings if lower
    is better.
    """

    metric: MetricName | None = None
    min_rows: int = Field(default=20, ge=1)
    floors: dict[str, float] = Field(default_factory=dict)
    ceilings: dict[str, float] = Field(default_factory=dict)
    searched: float | None = Field(
        default=None,
        ge=0,
        le=1,
        exclude_if=lambda most: most is None,
        description="most by which the share of errors in a group found by search may exceed that of the other rows",
    )

    @property
    def columns(self) -> list[str]:
        return [*self.floors, *self.ceilings]


class Replay(Frozen):
    """How many of the rows that the champion answered a challenger that wins may answer otherwise."""

    changed: float = Field(ge=0, lt=1, description="greatest share of the logged rows whose answer changes")
    log: str = Field(min_length=1, description="folder of the prediction log, from the product's folder")


class ChampionGate(Frozen):
    """A challenger replaces the champion if its metric is better in this share of the paired bootstrap's resamples.

    `metric` is roc_auc by default, log_loss for several classes, rmse for a regression.
    """

    metric: MetricName | None = None
    confidence: float = Field(default=0.9, gt=0.5, lt=1)
    resamples: int = Field(default=1000, ge=200)
    replay: Replay | None = Field(default=None, exclude_if=lambda limit: limit is None)


class Calibration(Frozen):
    """How far probabilities may be from the observed shares, on average over the hold-out."""

    max_ece: float | None = Field(default=None, gt=0, le=1)


class Budget(Frozen):
    """What serving the model may cost."""

    megabytes: float = Field(default=200, gt=0, description="size of the model's files")
    microseconds: float | None = Field(
        default=None,
        gt=0,
        exclude_if=lambda limit: limit is None,
        description="of one core for a row, when many are scored at once; depends on the machine",
    )


class Gates(Frozen):
    """Limits of the model on the hold-out. `metric` is accuracy by default, or r2 for a regression."""

    metric: MetricName | None = None
    floor: float | None = Field(default=None, description="least value, if higher is better")
    ceiling: float | None = Field(default=None, description="greatest value, if lower is better")
    above_baseline: float = Field(default=0, ge=0, description="least gain over the trivial model")
    beside_linear: float = Field(
        default=0.005,
        ge=0,
        lt=1,
        description="least share of the bootstrap's resamples in which the model keeps 95 % of a linear one's gain",
    )
    slices: Slices = Slices()
    checks: Checks = Checks()
    calibration: Calibration = Calibration()
    budget: Budget = Budget()
    champion: ChampionGate = ChampionGate()
    data: DataGates = DataGates()
