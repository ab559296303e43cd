"""A small model that answers, without a registry: one for each task, made once for a test run."""

from functools import cache

from core.model.training import fit
from service.model.live import Live
from service.model.serving import Serving
from tests.support.small_product import product, table


@cache
def small_live(task: str = "binary", estimator: str = "linear") -> Live:
    """`count` is an integer without bounds; the rows' id is `number`."""
    declared, rows = product(task, estimator), table(task)
    model = fit(declared.contract, declared.model, (rows[:240], rows[240:320])).model
    contract = declared.contract.model_copy(update={"id": "number"})
    return Live(Serving("small", "Small", "", contract, version="5" * 64, model=model))
