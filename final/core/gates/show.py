"""The table of gates on the terminal."""

from rich.table import Table
from rich.text import Text

from core.base.terminal import console
from core.gates.gate import Gate


def show_gates(gates: list[Gate]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("gate", "value", "threshold", "verdict"):
        table.add_column(heading)
    for gate in gates:
        table.add_row(
            gate.name,
            gate.value,
            gate.threshold,
            Text("passed", "green") if gate.passed else Text("FAILED", "red"),
        )
    console.print(table)
