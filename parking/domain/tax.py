"""Tax that is included in a price, taken out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WHOLE_BASIS_POINTS: Final = 10_000


def percentage(*, basis_points: int) -> str:
    """1800 basis points are ``"18.00"``."""
    return f"{basis_points // 100}.{basis_points % 100:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxSplit:
    """Minor units; net and tax are always the whole of gross."""

    net_minor: int
    tax_minor: int
    gross_minor: int


def split_tax(*, gross_minor: int, tax_basis_points: int) -> TaxSplit:
    """The tax of `tax_basis_points` on the net amount, contained in `gross_minor`.

    tax = gross x rate / (1 + rate), rounded to the nearest minor unit, half a unit up; the net amount is the rest.
    """
    if gross_minor < 0 or not 0 <= tax_basis_points <= WHOLE_BASIS_POINTS:
        raise ValueError(f"no tax of {tax_basis_points} basis points in {gross_minor}")
    divisor = WHOLE_BASIS_POINTS + tax_basis_points
    tax_minor = (2 * gross_minor * tax_basis_points + divisor) // (2 * divisor)
    return TaxSplit(net_minor=gross_minor - tax_minor, tax_minor=tax_minor, gross_minor=gross_minor)
