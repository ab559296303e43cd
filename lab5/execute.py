"""Runs the notebook from scratch, cell by cell, in a kernel that ignores the settings of its user."""

import os
import sys
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
STARTUP = 300  # seconds that a kernel may take to start, on a machine that does much else


class NotebookError(Exception):
    """The notebook cannot be read, or a cell of it failed; the text is for the user."""


def read(path: Path) -> NotebookNode:
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except Exception as error:  # nbformat raises whatever its JSON or its schema raises
        raise NotebookError(f"{path}: not a notebook ({str(error).splitlines()[0]}). Restore it from git") from None
    return notebook


def kernel(workdir: Path) -> AsyncKernelManager:
    """A kernel of this python, whatever kernels a user has installed; it talks through files, not the network."""
    manager = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        connection_file=str(workdir / "kernel.json"),
    )
    if len(os.fsencode(workdir)) + len("/kernel-ipc-5") < SOCKET_PATH:
        manager.transport = "ipc"
    return manager


def execute(notebook: NotebookNode, workdir: Path, timeout: int) -> None:
    """Fill in the outputs of every cell; raises NotebookError naming the first cell that fails."""
    where = "the kernel"

    def report(cell: NotebookNode, cell_index: int) -> None:
        nonlocal where
        where = f"cell '{cell.id}'"
        typer.echo(f"lab5: {where}", err=True)

    client = NotebookClient(
        notebook,
        km=kernel(workdir),
        timeout=timeout,
        startup_timeout=max(timeout, STARTUP),
        record_timing=False,
        coalesce_streams=True,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(workdir)}},
        on_cell_execute=report,
    )
    # No PYTHONSTARTUP, PYTEST_ADDOPTS, matplotlibrc or IPython profile of the user's reaches the kernel.
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {"IPYTHONDIR": str(workdir / ".ipython"), "MATPLOTLIBRC": os.devnull}
    try:
        client.execute(env=environment, cleanup_kc=True)
    except CellExecutionError as error:
        raise NotebookError(f"{where} raised {error.ename}: {error.evalue}") from None
    except (TimeoutError, CellTimeoutError):
        raise NotebookError(f"{where} took longer than {timeout} s (--timeout)") from None
    except (DeadKernelError, RuntimeError) as error:
        raise NotebookError(f"{where} ended the kernel ({error})") from None
    notebook.metadata.language_info = {"name": "python"}  # without the version, which differs from machine to machine
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        if output.output_type == "stream":
            output.text = output.text.replace("\r\n", "\n")  # the ends of lines in a terminal


def main(
    workdir: Annotated[Path, typer.Option(help="Folder to run in; receives every file the notebook writes.")],
    notebook: Annotated[Path, typer.Option(help="The notebook to run; it is only read.")] = HERE / "quality.ipynb",
    timeout: Annotated[int, typer.Option(min=1, help="Seconds that one cell may take.")] = 120,
) -> None:
    """Execute NOTEBOOK in WORKDIR and save it there with its outputs."""
    try:
        node = read(notebook)
        execute(node, workdir.resolve(), timeout)
    except NotebookError as error:
        sys.exit(f"execute.py: {notebook.name}: {error}")
    nbformat.write(node, workdir / "quality.ipynb")  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    typer.run(main)
