"""The work that is done beside the event loop, in a process of its own, by name."""

from collections.abc import Callable
from typing import Any, BinaryIO

from service.batch import explanation
from service.batch import mlflow as mlflow_protocol
from service.batch import score as batch
from service.batch import v2 as v2_protocol
from service.model.live import Live

# (model, what the request says, its body, where the answer goes) -> type, headers, tally of predictions
Job = Callable[[Live, dict[str, Any], BinaryIO, BinaryIO], dict[str, Any]]

JOBS: dict[str, Job] = {
    "batch": lambda live, order, body, out: batch.run(live, order["form"], order["most"], order["target"], body, out),
    "explain": lambda live, order, body, out: explanation.run(live, order["most"], body, out),
    "mlflow": lambda live, order, body, out: mlflow_protocol.run(live, order, body, out),
    "v2": lambda live, order, body, out: v2_protocol.run(live, order, body, out),
}
