"""What processes use, from /proc: of exactly the process that was started and its children."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
# Fields of /proc/PID/stat after the name in brackets, counted from the state.
_PARENT, _USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM = 1, 11, 12, 13, 14


def parent_of(*, pid: int) -> int:
    return int(_stat(pid)[_PARENT])


def family(*, pid: int) -> list[int]:
    """The process and all its descendants."""
    members = [pid]
    for member in members:
        for thread in Path(f"/proc/{member}/task").glob("*/children"):
            try:
                members.extend(int(child) for child in thread.read_text().split())
            except OSError:  # it ended meanwhile
                continue
    return members


def cpu_seconds(*, pid: int) -> float:
    """Processor time of the process and its descendants, of those that have ended too."""
    ticks = 0
    for member in family(pid=pid):
        try:
            stat = _stat(member)
        except OSError:
            continue
        ticks += sum(int(stat[field]) for field in (_USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM))
    return ticks / _TICKS_PER_SECOND


def resident_bytes(*, pid: int) -> int:
    """What the process holds in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
