"""`python -m deploy.smoke URL PRODUCT`: does a running service serve this model and answer like the library?

The library runs here, outside the container. The first difference ends the program with exit code 1.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import httpx
import numpy as np
import typer

from core.base.errors import UserError
from core.base.paths import DEFAULT_PRODUCT, Paths
from core.model.model import ProductModel
from core.registry.artifact import records
from core.spec.yaml_file import load
from core.table.typed import read
from deploy.artifact import Artifact, champion
from deploy.wire import as_sent

TOLERANCE = 1e-6  # as artifact.verify allows between processors


class SmokeError(UserError):
    """A service that must not be trusted."""


def numbers(answer: Any) -> list[float]:
    """The numbers of one answer: the probability, the probabilities in the classes' order, or the value."""
    if "probabilities" in answer:
        return [float(p) for p in answer["probabilities"].values()]
    return [float(answer["probability"] if "probability" in answer else answer["prediction"])]


def compare(rows: str, answers: Iterable[Any], library: Iterable[Any]) -> int:
    """The number of answers, all equal to the library's scores. Raises SmokeError at the first difference."""
    count = 0
    for count, (answer, scores) in enumerate(zip(answers, library, strict=True), start=1):
        expected = [float(score) for score in np.atleast_1d(scores)]
        given = numbers(answer)
        if len(given) != len(expected) or not np.allclose(given, expected, rtol=TOLERANCE, atol=TOLERANCE):
            raise SmokeError(f"{rows}, row {count}: the service answers {given}, the library {expected}")
    return count


def ask(client: httpx.Client, path: str, body: Any) -> Any:
    """The answer's JSON. Raises SmokeError with the service's message if the status is not 200."""
    answer = client.post(path, json=body) if body is not None else client.get(path)
    if answer.status_code != 200:
        raise SmokeError(f"{path} answers {answer.status_code}: {answer.text[:300]}")
    return answer.json()


def holdout(product: str) -> list[dict[str, Any]]:
    """The product's hold-out; empty on a machine that does not have it."""
    path = Paths.of(product).part("holdout")
    declared = load(product)
    if not path.exists():
        return []
    table, _ = read(path, declared)
    return records(table, list(declared.contract.features))


def smoke(client: httpx.Client, artifact: Artifact, rows: list[dict[str, Any]]) -> str:
    """A sentence about what was compared. Raises SmokeError, or httpx.HTTPError if the service does not answer."""
    ready = ask(client, "/readyz", None)
    if ready["model"] != artifact.model:
        raise SmokeError(f"it serves the model {ready['model'][:12]}, not {artifact.model[:12]}")
    model = ProductModel.load(artifact.folder)
    golden = artifact.manifest["golden"]

    def sent(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [as_sent(row, model.contract) for row in rows]

    singly = [ask(client, "/predict", row) for row in sent(golden["rows"])]
    if others := {answer["model"] for answer in singly} - {artifact.model}:
        raise SmokeError(f"answers came from the model {others.pop()[:12]}, not {artifact.model[:12]}")
    asked = compare("golden rows", singly, golden["predictions"])
    batch = ask(client, "/predict/batch", sent(rows))["predictions"] if rows else []
    columns = {name: [row[name] for row in rows] for name in model.contract.features}
    compared = compare("hold-out", batch, model.scores(columns) if rows else [])
    refused = client.post("/predict", json={"no such field": 1})
    if refused.status_code != 422 or refused.headers["content-type"] != "application/problem+json":
        raise SmokeError(f"a row with an unknown field is answered with {refused.status_code}, not 422 as problem JSON")
    return f"{asked} golden rows and {compared} rows of the hold-out are answered like the library"


def main(
    url: Annotated[str, typer.Argument(help="Where the service is, like http://127.0.0.1:8000.")],
    product: Annotated[str, typer.Argument(help="A product of products/.")] = DEFAULT_PRODUCT,
    model: Annotated[
        Path | None, typer.Option(help="Artifact that it should serve.", show_default="the champion")
    ] = None,
) -> None:
    """Compare a running service with the library."""
    key = os.environ.get("SERVICE_API_KEY", "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        artifact = Artifact.read(model.resolve()) if model else champion(product)
        # a transport of its own, since HTTP_PROXY is not for the service that is tried
        with httpx.Client(transport=httpx.HTTPTransport(), base_url=url, timeout=30, headers=headers) as client:
            result = smoke(client, artifact, holdout(product))
    except (UserError, KeyError, ValueError, httpx.HTTPError) as error:
        name = "KeyError" if isinstance(error, KeyError) else ""
        sys.exit(f"smoke: {url}: {name}{error}")
    print(f"smoke: model {artifact.model[:12]}: {result}", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
