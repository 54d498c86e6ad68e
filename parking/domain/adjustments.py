"""What people at the desk take off a stay, or put on it: how much, and when a second person must agree.

Source: issue 5, "People at the gate". Amounts are minor units; what is taken off is told above zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from parking.domain.errors import AdjustmentTooLarge, InvalidField, NothingDue, NotRefundable, ParkingError
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
    return _beyond(amount_minor=amount_minor, most_minor=most_minor, currency=costs.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundablePayment:
    """A payment that somebody wants to give back by hand, all of it or a part. Minor units."""

    captured_minor: int
    returned_minor: int
    """By all refunds that did not fail."""
    is_surplus: bool
    stay_is_over: bool
    """Or the booking, if there never was a stay: no bill is left that could ask for the money again."""

    @property
    def left_minor(self) -> int:
        return self.captured_minor - self.returned_minor


def most_by_hand(*, payment: RefundablePayment, costs: Costs) -> int:
    """What can go back by hand of a payment: never more than is left of it (I10), nor than the stay costs (I12)."""
    return min(payment.left_minor, costs.total_minor)


def refusal_of_refund(*, amount_minor: int, payment: RefundablePayment, costs: Costs) -> ParkingError | None:
    """Why so much of the payment cannot go back by hand; None if it can."""
    if payment.captured_minor == 0:
        return NotRefundable("This payment took no money, so there is nothing to refund.")
    if payment.is_surplus:
        return NotRefundable("This payment was not needed, and goes back whole by itself.")
    if not payment.stay_is_over:
        return NotRefundable(
            "This booking is not over, and what went back now would be asked for again. Give goodwill: less is due "
            "then, and what was paid too much goes back at the exit. A booking that has not entered can be cancelled."
        )
    most_minor = most_by_hand(payment=payment, costs=costs)
    if most_minor <= 0:
        return NotRefundable("All of this has gone back already, or is about to.")
    return _beyond(amount_minor=amount_minor, most_minor=most_minor, currency=costs.currency)


def _beyond(*, amount_minor: int, most_minor: int, currency: str) -> ParkingError | None:
    if amount_minor <= most_minor:
        return None
    most = format_amount(amount_minor=most_minor, currency=currency)
    return AdjustmentTooLarge(
        f"At most {most} {currency} can be taken off now. Reject what waits, and propose that much or less.",
        details={"at_most": most, "currency": currency},
    )


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
