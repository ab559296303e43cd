"""Runs a notebook from scratch, cell by cell, in a kernel that knows nothing of its user's settings."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import nbformat
import typer
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

HERE = Path(__file__).resolve().parent
KEPT = ("PATH", "HOME", "VIRTUAL_ENV", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "OMP_NUM_THREADS")
SOCKET_PATH = 100  # bytes that every system allows for the path of a Unix socket, and a little less


class NotebookError(Exception):
    """The notebook cannot be read or a cell of it failed; the text is for the user."""


def read(path: Path) -> NotebookNode:
    """The notebook without its old outputs."""
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except FileNotFoundError:
        raise NotebookError(f"{path}: no such notebook. Name one with --notebook") from None
    except Exception as error:  # nbformat raises whatever its JSON or its schema raises
        raise NotebookError(f"{path}: not a notebook ({str(error).splitlines()[0]}). Restore it from git") from None
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.metadata.pop("execution", None)
    notebook.metadata.language_info = {"name": "python"}
    return notebook


def code_cells(notebook: NotebookNode) -> Iterator[tuple[int, str, NotebookNode]]:
    """(index in the notebook, nearest heading above, cell) of every code cell."""
    heading = "start"
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            yield index, heading, cell
        elif cell.source.startswith("#"):
            heading = cell.source.splitlines()[0].lstrip("# ")


def kernel(workdir: Path) -> AsyncKernelManager:
    """A kernel of this very python, whatever kernels a user has installed; it talks through files, not the network."""
    manager = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        connection_file=str(workdir / "kernel.json"),
    )
    if len(os.fsencode(workdir)) + len("/kernel-ipc-5") < SOCKET_PATH:
        manager.transport = "ipc"
    return manager


def environment(workdir: Path) -> dict[str, str]:
    """No PYTHONSTARTUP, PYTEST_ADDOPTS, matplotlibrc or IPython profile of the user's reaches the kernel."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"IPYTHONDIR": str(workdir / ".ipython"), "MATPLOTLIBRC": os.devnull}


def execute(notebook: NotebookNode, workdir: Path, timeout: int, progress: Callable[[str], None]) -> None:
    """Fill in the outputs of every cell; raises NotebookError naming the first cell that fails."""
    client = NotebookClient(
        notebook,
        km=kernel(workdir),
        timeout=timeout,
        record_timing=False,
        coalesce_streams=True,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(workdir)}},
    )
    cells = list(code_cells(notebook))
    with client.setup_kernel(env=environment(workdir), cleanup_kc=True):
        for number, (index, heading, cell) in enumerate(cells, start=1):
            where = f"cell {number} of {len(cells)}, '{cell.id}', under '{heading}'"
            progress(where)
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                raise NotebookError(f"{where}, raised {error.ename}: {error.evalue}") from None
            except (TimeoutError, CellTimeoutError):
                raise NotebookError(f"{where}, took longer than {timeout} s (--timeout)") from None
            except DeadKernelError:
                raise NotebookError(f"{where}, ended the kernel: too little memory, or the cell exits") from None


def tidy(notebook: NotebookNode) -> None:
    """A terminal ends its lines with CR LF; in a saved file that is noise."""
    for _, _, cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "stream":
                output.text = output.text.replace("\r\n", "\n")


def main(
    workdir: Annotated[Path, typer.Option(help="Empty folder to run in; receives every file the notebook writes.")],
    notebook: Annotated[Path, typer.Option(help="The notebook to run; it is only read.")] = HERE / "quality.ipynb",
    timeout: Annotated[int, typer.Option(min=1, help="Seconds that one cell may take.")] = 120,
) -> None:
    """Execute NOTEBOOK in WORKDIR and leave it there with its outputs."""
    workdir.mkdir(parents=True, exist_ok=True)
    try:
        node = read(notebook)
        execute(node, workdir.resolve(), timeout, lambda text: typer.echo(f"lab5: {text}", err=True))
    except (NotebookError, RuntimeError) as error:  # RuntimeError: the kernel did not start
        typer.echo(f"execute.py: {notebook.name}: {error}\nNothing was changed.", err=True)
        sys.exit(1)
    tidy(node)
    nbformat.write(node, workdir / "quality.ipynb")  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    typer.run(main)
