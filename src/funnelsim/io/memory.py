"""How much memory the machine, or the container around a process, has left."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

_KILOBYTE = 1024


class _Group(NamedTuple):
    """The files in which a Linux control group gives its limit, its use, and what it could free at once."""

    limit: str
    used: str
    statistics: str
    reclaimable: str


_GROUPS = (
    _Group("memory.max", "memory.current", "memory.stat", "inactive_file"),
    _Group(
        *("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
        *("memory/memory.stat", "total_inactive_file"),
    ),
)


def available_memory(root: Path = Path("/")) -> int | None:
    """Return the bytes that the machine, or the container around this process, has left.

    None if neither is known.

    Parameters
    ----------
    root : Path
        Where `proc` and `sys` are, as Linux has them. On other systems all installed memory is returned.

    Examples
    --------
    >>> left = available_memory()
    >>> left is None or left > 0
    True
    """
    found = [_of_machine(root), *(_of_group(root / "sys/fs/cgroup", each) for each in _GROUPS)]
    return min((each for each in found if each is not None), default=None)


def _of_machine(root: Path) -> int | None:
    try:
        return _KILOBYTE * _number_after("MemAvailable:", (root / "proc/meminfo").read_text())
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # this system cannot be asked
        return None


def _of_group(folder: Path, group: _Group) -> int | None:
    """Return what a control group has left, None if it sets no limit."""
    try:
        limit, used = (int((folder / name).read_text()) for name in (group.limit, group.used))
        return max(
            0, limit - used + _number_after(group.reclaimable, (folder / group.statistics).read_text())
        )
    except (OSError, ValueError):  # no such group, or "max"
        return None


def _number_after(name: str, text: str) -> int:
    """Find the number after a name at the beginning of a line; ValueError if there is none."""
    for line in text.splitlines():
        words = line.split()
        if words and words[0] == name:
            return int(words[1])
    raise ValueError(f"nothing is said about {name}")
