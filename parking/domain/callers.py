"""Who is calling. Every use case is told, and writes it into its audit row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class CallerKind(StrEnum):
    DRIVER = "driver"
    DEVICE = "device"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One caller of one use case. A driver has no name: the booking's id is all that it holds."""

    kind: CallerKind
    name: str = ""

    @property
    def label(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else str(self.kind)


DRIVER: Final = Caller(kind=CallerKind.DRIVER)
SYSTEM: Final = Caller(kind=CallerKind.SYSTEM)
