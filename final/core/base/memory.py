"""How much memory a run may take: the least of what the machine, the container and the shell allow."""

import ctypes
import os
import resource
from pathlib import Path

PER_BYTE = 4  # of the table as text: 3.9 at a million rows of 20 columns, as bench/growth.sh measured in training
CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def allowed() -> int:
    """Bytes that this process may use."""
    limits = [_available()]
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        limits.append(soft)
    for file in map(Path, CGROUP_LIMITS):
        if file.exists() and (text := file.read_text().strip()).isdigit():
            limits.append(int(text))
    return min(limits)


def _available() -> int:
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def trim() -> None:
    """Give back to the system what was freed and kept for later by Arrow and by the C library (glibc)."""
    import pyarrow as pa  # imported here: `allowed` does not need it

    pa.default_memory_pool().release_unused()
    if malloc_trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        malloc_trim(0)
