"""The memory that a run may take is the least of what machine, container and shell allow."""

import resource
from pathlib import Path

import pytest

from core.base import memory


@pytest.mark.parametrize(
    ("shell", "container", "allowed"),
    [
        (resource.RLIM_INFINITY, "max", None),
        (2_000_000, "max", 2_000_000),
        (2_000_000, "1000000\n", 1_000_000),
        (resource.RLIM_INFINITY, "3000000", 3_000_000),
    ],
)
def test_the_least_limit_counts(
    shell: int, container: str, allowed: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them is far below what any machine has free."""
    (tmp_path / "memory.max").write_text(container)
    monkeypatch.setattr(memory, "CGROUP_LIMITS", (str(tmp_path / "memory.max"), str(tmp_path / "none")))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (shell, resource.RLIM_INFINITY))
    if allowed is None:
        assert memory.allowed() > 3_000_000
    else:
        assert memory.allowed() == allowed
