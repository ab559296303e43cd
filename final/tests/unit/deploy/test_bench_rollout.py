"""Each request of the rollout's load is in one row, each failure with its cause."""

from bench.open_loop import Sample
from bench.rollout import Phase, causes, table

PHASES = [Phase("nothing", 0, 5, ""), Phase("update", 5, 12.5, "")]
SAMPLES = [Sample(due / 10, 0.01, 200, "a") for due in range(124)] + [Sample(12.4, 0.3, 503, "", "no server")]


def test_the_rows_add_up() -> None:
    cells = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in table(PHASES, SAMPLES, {"a": "old"}).split("\n")
    ]
    rows = {row[0]: (int(row[2]), int(row[3])) for row in cells[2:]}
    assert rows == {"nothing": (50, 0), "update": (75, 1), "all": (125, 1)}


def test_a_failure_is_shown_with_its_cause() -> None:
    assert causes(PHASES, SAMPLES) == ["  update, 7.40 s from its begin: status 503 after 0.30 s: no server"]
