"""How much memory a run may take: the least of what the machine, the container, the shell and PRODUCT_MEMORY allow."""

import ctypes
import os
import resource
from pathlib import Path

from product.errors import UserError

PER_BYTE = 4  # of the table as text: 3.9 at a million rows of 20 columns, as bench/growth.sh measured in training


def allowed() -> int:
    """Bytes; raises UserError where PRODUCT_MEMORY is no number of bytes."""
    limits = [_available()]
    if said := os.environ.get("PRODUCT_MEMORY"):
        if not said.isdigit():
            raise UserError(f"PRODUCT_MEMORY is {said!r}: give a number of bytes")
        limits.append(int(said))
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        limits.append(soft)
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        text = Path(name).read_text().strip() if Path(name).exists() else "max"
        if text.isdigit():
            limits.append(int(text))
    return min(limits)


def _available() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines() if Path("/proc/meminfo").exists() else []:
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def trim() -> None:
    """Give back to the system what was freed, and kept for later by Arrow and by the C library (glibc, where told)."""
    import pyarrow as pa  # here, since who only asks how much is allowed does not need it

    pa.default_memory_pool().release_unused()
    if tell := getattr(ctypes.CDLL(None), "malloc_trim", None):
        tell(0)
