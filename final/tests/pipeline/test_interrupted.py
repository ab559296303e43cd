"""A test that is interrupted ends all that it started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.base.paths import FINAL

# More than a pipe holds goes to stdout first: when the files are there, the test is reading.
SCRIPT = """sleep 600 &
head -c 200000 /dev/zero
echo $$ >"$1"/shell
echo $! >"$1"/child
wait
"""


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def runs(process: Path) -> bool:
    """Whether the process whose number is in the file still runs."""
    state = Path(f"/proc/{process.read_text().strip()}/stat")
    try:
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_an_interrupted_test_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "final").mkdir()
    (tmp_path / "final" / "slow.sh").write_text(SCRIPT)
    program = (
        "import signal\n"
        "from pathlib import Path\n"
        "from tests.support.checkout import Checkout\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # which a shell's background job has not
        f"Checkout(Path({str(tmp_path)!r})).bash('slow.sh', {str(tmp_path)!r})"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(FINAL), str(FINAL.parent)])}
    test = subprocess.Popen([sys.executable, "-c", program], env=environment, stderr=subprocess.DEVNULL)
    shell, child = tmp_path / "shell", tmp_path / "child"
    wait_until(lambda: child.exists() and child.read_text().endswith("\n"))
    assert runs(shell)
    assert runs(child)
    test.send_signal(signal.SIGINT)
    test.wait(60)
    wait_until(lambda: not runs(shell) and not runs(child))
