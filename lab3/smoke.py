"""Asks a running service and compares every answer with the library's own; exit code 1 on the first difference.

Run it by `python -m lab3.smoke URL` in the repository's root. The library runs here, outside the container.
"""

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import httpx
import typer

from lab3.forecast import Days, Forecast, NotReadyError, load

MODEL = Path(__file__).resolve().parent / "model"


def compare(url: str, forecast: Forecast) -> int:
    """The number of golden weeks, all answered by `url` as by the library; raises ValueError on a difference."""
    with httpx.Client(base_url=url, timeout=30) as client:
        model = client.get("/readyz").raise_for_status().json()["model"]
        if model != forecast.about["sha256"]:
            raise ValueError(f"{url} serves the model {model[:12]}, not {forecast.about['sha256'][:12]}")
        for week in forecast.weeks["golden"]:
            days = Days(days=week["days"]).days
            answer = client.post("/predict", json={"days": week["days"]}).raise_for_status().json()
            chance, tomorrow = forecast.chance(days), days[-1].date + dt.timedelta(days=1)
            if not abs(answer["chance_of_rain"] - chance) < 1e-9 or answer["date"] != tomorrow.isoformat():
                raise ValueError(f"for {tomorrow} {url} answers {answer}, the library {chance}")
    return len(forecast.weeks["golden"])


def main(url: Annotated[str, typer.Argument(help="Where the service is, like http://127.0.0.1:8000.")]) -> None:
    """Compare a running service with the library."""
    try:
        count = compare(url, load(MODEL))
    except (NotReadyError, ValueError, KeyError, httpx.HTTPError) as error:
        sys.exit(f"smoke.py: {error}")
    print(f"smoke.py: {count} weeks, the service answers as the library does", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
