"""What must lie in a cashier's drawer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """A shift's money in minor units, from its float on."""

    opening_float_minor: int
    taken_minor: int
    """All cash that was captured, surplus too: it lies in the drawer until it is handed back."""
    handed_back_minor: int

    @property
    def expected_minor(self) -> int:
        return self.opening_float_minor + self.taken_minor - self.handed_back_minor
