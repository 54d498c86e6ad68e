"""What people at the desk take off a stay, or put on it: how much, and when a second person must agree.

Source: issue 5, "People at the gate". Amounts are minor units; what is taken off is told above zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from parking.domain.errors import AdjustmentTooLarge, InvalidField, NothingDue, ParkingError
from parking.domain.money import MAX_AMOUNT_MINOR, format_amount
from parking.domain.states import AdjustmentKind
from parking.domain.tariffs import Tariff

GRANTS: Final = frozenset({AdjustmentKind.WAIVER, AdjustmentKind.GOODWILL})
"""What a person may propose to take off."""
GRANTED_ALONE: Final = GRANTS | {AdjustmentKind.OPENED_BY_HAND}
"""These count against what may be taken off one stay without a second person, whoever did it: slices add up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a stay costs now, or what is kept for a booking that never became one; and how far one person may go."""

    total_minor: int
    due_minor: int
    granted_alone_minor: int
    """What was taken off already without a second person."""
    limit_minor: int
    """Of the policy: what may be taken off in all without a second person."""
    currency: str

    def needs_second(self, *, amount_minor: int) -> bool:
        return self.granted_alone_minor + amount_minor > self.limit_minor


def refusal_of_grant(*, kind: AdjustmentKind, amount_minor: int, costs: Costs) -> ParkingError | None:
    """A waiver takes from what is due, goodwill from all that the stay costs. None if the amount is there to take."""
    if kind is AdjustmentKind.WAIVER:
        most_minor, nothing = costs.due_minor, "Nothing is due, so nothing can be waived. Give goodwill instead."
    else:
        most_minor, nothing = costs.total_minor, "Nothing was taken for this that could be given back."
    if most_minor == 0:
        return NothingDue(nothing)
    if amount_minor > most_minor:
        most = format_amount(amount_minor=most_minor, currency=costs.currency)
        return AdjustmentTooLarge(
            f"At most {most} {costs.currency} can be taken off now. Reject what waits, and propose that much or less.",
            details={"at_most": most, "currency": costs.currency},
        )
    return None


def lost_ticket_fee(*, tariff: Tariff, entered_at: datetime, now: datetime) -> int:
    """What a lost ticket adds to a stay: the tariff's fee, or less where stay and fee together are capped."""
    fee_minor = tariff.lost_ticket_fee_minor
    if tariff.lost_ticket_total_at_most_minor is None:
        return fee_minor
    price_minor = tariff.stay_price(entered_at=entered_at, left_at=now).amount_minor
    return max(0, min(fee_minor, tariff.lost_ticket_total_at_most_minor - price_minor))


def check_amount(*, amount_minor: int) -> None:
    """Raises InvalidField for what is no amount to take off."""
    if not 1 <= amount_minor <= MAX_AMOUNT_MINOR:
        raise InvalidField(field="amount", problem="must be more than nothing, and in bounds.")
