"""`python -m deploy.smoke URL PRODUCT`: does a running service serve this model and answer as the library does?

The library is asked here, outside the container. The first difference ends it with exit code 1.
"""

import math
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from deploy.artifact import Artifact, champion
from deploy.wire import as_sent
from product.artifact import records
from product.errors import UserError
from product.model import ProductModel
from product.paths import Paths
from product.product_file import load
from product.table import read

TOLERANCE = 1e-6  # as artifact.verify allows between processors


class SmokeError(UserError):
    """A service that must not be trusted."""


def numbers(answer: Any) -> list[float]:
    """The numbers of one answer: the probability, the probabilities in the classes' order, or the value."""
    if "probabilities" in answer:
        return [float(p) for p in answer["probabilities"].values()]
    return [float(answer["probability"] if "probability" in answer else answer["prediction"])]


def compare(where: str, answers: Iterable[Any], wanted: Iterable[Any]) -> int:
    """How many answers agree with the library's scores; raises SmokeError at the first that does not."""
    count = 0
    for count, (answer, scores) in enumerate(zip(answers, wanted, strict=True), start=1):
        expected = [float(score) for score in (scores if hasattr(scores, "__len__") else [scores])]
        given = numbers(answer)
        near = len(given) == len(expected) and all(
            math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE) for a, b in zip(given, expected, strict=True)
        )
        if not near:
            raise SmokeError(f"{where}, row {count}: the service says {given}, wanted {expected}")
    return count


def ask(client: httpx.Client, path: str, body: Any) -> Any:
    """The answer's JSON. Raises SmokeError where it is no 200, with what the service says of it."""
    answer = client.post(path, json=body) if body is not None else client.get(path)
    if answer.status_code != 200:
        raise SmokeError(f"{path} answers {answer.status_code}: {answer.text[:300]}")
    return answer.json()


def holdout(product: str) -> list[dict[str, Any]]:
    """The product's hold-out; empty on a machine that has none."""
    path, declared = Paths.of(product).part("holdout"), load(product)
    if not path.exists():
        return []
    table, _ = read(path, declared)
    return records(table, list(declared.contract.features))


def smoke(client: httpx.Client, artifact: Artifact, rows: list[dict[str, Any]]) -> str:
    """What was seen to be right. Raises SmokeError, or httpx.HTTPError where the service does not answer."""
    ready = ask(client, "/readyz", None)
    if ready["model"] != artifact.model:
        raise SmokeError(f"it serves the model {ready['model'][:12]}, not {artifact.model[:12]}")
    model, golden = ProductModel.load(artifact.folder), artifact.manifest["golden"]

    def sent(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [as_sent(row, model.contract) for row in rows]

    singly = [ask(client, "/predict", row) for row in sent(golden["rows"])]
    if strangers := {answer["model"] for answer in singly} - {artifact.model}:
        raise SmokeError(f"answers came from the model {strangers.pop()[:12]}, not {artifact.model[:12]}")
    asked = compare("golden rows", singly, golden["predictions"])
    batch = ask(client, "/predict/batch", sent(rows))["predictions"] if rows else []
    columns = {name: [row[name] for row in rows] for name in model.contract.features}
    compared = compare("hold-out", batch, model.scores(columns) if rows else [])
    refused = client.post("/predict", json={"no such field": 1})
    if refused.status_code != 422 or refused.headers["content-type"] != "application/problem+json":
        raise SmokeError(f"a row with an unknown field is answered {refused.status_code}, wanted 422 as problem JSON")
    return f"{asked} golden rows and {compared} rows of the hold-out are answered as the library does"


def main(
    url: Annotated[str, typer.Argument(help="Where the service is, like http://127.0.0.1:8000.")],
    product: Annotated[str, typer.Argument(help="A product of products/.")] = "titanic",
    model: Annotated[
        Path | None, typer.Option(help="Artifact that it should serve.", show_default="the champion")
    ] = None,
) -> None:
    """Compare a running service with the library."""
    key = os.environ.get("SERVICE_API_KEY", "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        artifact = Artifact.read(model.resolve()) if model else champion(product)
        with httpx.Client(base_url=url, timeout=30, headers=headers) as client:
            said = smoke(client, artifact, holdout(product))
    except (UserError, KeyError, ValueError, httpx.HTTPError) as error:
        sys.exit(f"smoke: {url}: {type(error).__name__ if isinstance(error, KeyError) else ''}{error}")
    print(f"smoke: model {artifact.model[:12]}: {said}", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
