"""What `watch:` of a product file allows a served model."""

from pydantic import Field

from core.spec.columns import Frozen


class Watch(Frozen):
    """When rows after deployment are an alarm. Classes are watched by accuracy, a regression by mean absolute error.

    Without a limit of its own, the model may be worse than the worse end of the hold-out's 95 % interval by
    `tolerance`: points of accuracy, or a share of the error.
    """

    floor: float | None = Field(default=None, gt=0, lt=1, description="least accuracy, of classes")
    ceiling: float | None = Field(default=None, gt=0, description="greatest mean absolute error, of a regression")
    coverage: float | None = Field(
        default=None, gt=0, lt=1, description="least share of rows whose set or interval holds the truth"
    )
    tolerance: float = Field(default=0.05, ge=0, lt=1)
    drift: float = Field(
        default=0.1, gt=0, lt=1, description="share of rows that may move, times the feature's share of the importance"
    )
