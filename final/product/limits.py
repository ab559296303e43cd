"""What a product file demands of the table and of the model: the limits that the gates keep."""

from pydantic import Field

from product.checks import Checks
from product.columns import Frozen
from product.metric_names import MetricName


class DataGates(Frozen):
    """Limits that the table itself must keep."""

    min_rows_per_class: int = Field(default=50, ge=1)
    leakage: float = Field(default=0.99, gt=0.5, le=1, description="score of one feature alone that is too good")
    unexplained_duplicates: int = Field(default=0, ge=0, description="pairs of equal rows beyond what chance explains")


class Slices(Frozen):
    """A limit in each group of the hold-out that has at least `min_rows` rows, by column.

    `metric` is accuracy, of a regression mae, where it is not given; floors are for metrics of which more is better,
    ceilings for those of which less is.
    """

    metric: MetricName | None = None
    min_rows: int = Field(default=20, ge=1)
    floors: dict[str, float] = Field(default_factory=dict)
    ceilings: dict[str, float] = Field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        return [*self.floors, *self.ceilings]


class ChampionGate(Frozen):
    """A challenger replaces the champion when the paired bootstrap is this sure that its metric is better.

    The metric is roc_auc, for several classes log_loss, for a regression rmse, where it is not given.
    """

    metric: MetricName | None = None
    confidence: float = Field(default=0.9, gt=0.5, lt=1)
    resamples: int = Field(default=1000, ge=200)


class Calibration(Frozen):
    """How far probabilities may be from what comes true, in the mean over the hold-out."""

    max_ece: float | None = Field(default=None, gt=0, le=1)


class Gates(Frozen):
    """Limits of the model on the hold-out. `metric` is accuracy, of a regression r2, where it is not given."""

    metric: MetricName | None = None
    floor: float | None = Field(default=None, description="the least the metric may be, where more is better")
    ceiling: float | None = Field(default=None, description="the most the metric may be, where less is better")
    above_baseline: float = Field(default=0, ge=0, description="how much better than the trivial model's the metric is")
    slices: Slices = Slices()
    checks: Checks = Checks()
    calibration: Calibration = Calibration()
    champion: ChampionGate = ChampionGate()
    data: DataGates = DataGates()
