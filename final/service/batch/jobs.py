"""The work that is done beside the event loop, in a process of its own, by name."""

from collections.abc import Callable
from typing import Any, BinaryIO

from service.batch import explanation
from service.batch import mlflow as mlflow_protocol
from service.batch import score as batch
from service.batch import v2 as v2_protocol
from service.batch.sample import Sample
from service.model.live import Live

# (model, what the request says, its body, where the answer goes, rows for the log) -> type, headers, tally
Job = Callable[[Live, dict[str, Any], BinaryIO, BinaryIO, Sample], dict[str, Any]]

JOBS: dict[str, Job] = {
    "batch": batch.run,
    "explain": lambda live, order, body, out, _: explanation.run(live, order["most"], body, out),
    "mlflow": mlflow_protocol.run,
    "v2": v2_protocol.run,
}
