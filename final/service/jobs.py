"""The work that is done beside the event loop, in a process of its own, by name."""

from collections.abc import Callable
from typing import Any, BinaryIO

from service import batch, explanation, mlflow_protocol, v2_protocol
from service.live import Live

# (model, what the request says, its body, where the answer goes) -> type, headers, tally of predictions
Job = Callable[[Live, dict[str, Any], BinaryIO, BinaryIO], dict[str, Any]]

JOBS: dict[str, Job] = {
    "batch": lambda live, said, body, out: batch.run(live, said["form"], said["most"], body, out),
    "explain": lambda live, said, body, out: explanation.run(live, said["most"], body, out),
    "mlflow": lambda live, said, body, out: mlflow_protocol.run(live, said, body, out),
    "v2": lambda live, said, body, out: v2_protocol.run(live, said, body, out),
}
