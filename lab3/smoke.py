"""Asks a running service and compares every answer with the library's own; exit code 1 on the first difference.

Run it by `python -m lab3.smoke URL` in the repository's root. The library is asked here, outside the container.
"""

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import httpx
import typer

from lab3.forecast import Days, NotReadyError, load

MODEL = Path(__file__).resolve().parent / "model"


def compare(url: str, folder: Path) -> int:
    """How many weeks the service at `url` answered just as the model in `folder` does; raises ValueError if not all."""
    forecast = load(folder)
    with httpx.Client(base_url=url, timeout=30) as client:
        ready = client.get("/readyz").raise_for_status().json()
        if ready["model"] != forecast.about["sha256"]:
            raise ValueError(f"{url} serves the model {ready['model'][:12]}, not {forecast.about['sha256'][:12]}")
        for week in forecast.weeks["golden"]:
            days = Days(days=week["days"]).days
            answer = client.post("/predict", json={"days": week["days"]}).raise_for_status().json()
            wanted, tomorrow = forecast.chance(days), days[-1].date + dt.timedelta(days=1)
            if not abs(answer["chance_of_rain"] - wanted) < 1e-9 or answer["date"] != tomorrow.isoformat():
                raise ValueError(f"for {tomorrow} {url} says {answer}, the library {wanted}")
        refused = client.post("/predict", json={"days": []})
        if refused.status_code != 422 or refused.headers["content-type"] != "application/problem+json":
            raise ValueError(f"{url} answers {refused.status_code} {refused.text} to a question without days")
    return len(forecast.weeks["golden"])


def main(
    url: Annotated[str, typer.Argument(help="Where the service is, like http://127.0.0.1:8000.")],
    model: Annotated[Path, typer.Option(help="The model that it should serve.")] = MODEL,
) -> None:
    """Compare a running service with the library."""
    try:
        count = compare(url, model)
    except (NotReadyError, ValueError, KeyError, httpx.HTTPError) as error:
        sys.exit(f"smoke.py: {error}")
    print(f"smoke.py: {count} weeks, the service answers as the library does", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
