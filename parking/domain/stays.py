"""What a stay costs so far, what is still due for it, and what an exit scan may do (DESIGN section 2).

Money is asked for in the order quote, pay, open. Three times matter besides entry: `billed_until`, up to which
the stay is paid; `leave_by`, up to which a car that has paid may still drive out; and `gate_opened_at`, when
it did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from parking.domain.errors import AlreadyExited, NothingDue, ParkingError
from parking.domain.states import AdjustmentKind, SessionStatus
from parking.domain.tariffs import StayPrice, Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteSnapshot:
    """An amount that was told to the driver and is not paid yet."""

    amount_minor: int
    as_of: datetime
    valid_until: datetime


class Discount(Protocol):
    """What a merchant or a permit pays of a stay. It is reckoned anew for as long as the stay goes on."""

    @property
    def kind(self) -> AdjustmentKind:
        """As what it is written down when the stay ends."""
        ...

    def takes(self, *, price_minor: int, left_minor: int, tariff: Tariff, entered_at: datetime, until: datetime) -> int:
        """Minor units of what is left of the price: from 0 to `left_minor`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one discount takes of one bill."""

    discount: Discount
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaySnapshot:
    """What the rules need to know of one session."""

    status: SessionStatus
    entry_time: datetime
    billed_until: datetime | None
    leave_by: datetime | None
    gate_opened_at: datetime | None
    kept_minor: int
    """All that was captured for the booking and its stay, less what was refunded of it; surplus apart."""
    quote: QuoteSnapshot | None
    adjusted_minor: int = 0
    """What people added to the price, or (below zero) took from it; discounts apart."""
    discounts: tuple[Discount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The stay priced from entry to `billed_until`. At most one of due and refund is not zero."""

    billed_until: datetime
    price: StayPrice
    adjusted_minor: int = 0
    taken: tuple[Taken, ...] = ()
    kept_minor: int

    @property
    def discounts_minor(self) -> int:
        return sum(one.amount_minor for one in self.taken)

    @property
    def total_minor(self) -> int:
        """What the stay costs: its price, what people added or took, less the discounts."""
        return max(0, self.price.amount_minor + self.adjusted_minor) - self.discounts_minor

    @property
    def due_minor(self) -> int:
        return max(0, self.total_minor - self.kept_minor)

    @property
    def refund_minor(self) -> int:
        """What was paid for and not used, or is paid by somebody else."""
        return max(0, self.kept_minor - self.total_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGate:
    """Nothing is due: the gate opens now. `completes` says that the session ends with this scan."""

    bill: Bill
    completes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForPayment:
    """The gate stays shut. `reopens`: a car that paid and did not leave in time; `is_new_quote`: tell it anew."""

    bill: Bill
    reopens: bool
    is_new_quote: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Take `bill.due_minor` now. `is_new_quote` says that no standing quote names this amount yet."""

    bill: Bill
    is_new_quote: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Requote:
    """The amount has grown since it was told; tell the new one and charge nothing."""

    bill: Bill


def bill_at(*, stay: StaySnapshot, tariff: Tariff, until: datetime) -> Bill:
    """The price, then what people said, then the discounts, each taken of what the one before it has left."""
    price = tariff.stay_price(entered_at=stay.entry_time, left_at=until)
    left_minor = max(0, price.amount_minor + stay.adjusted_minor)
    taken: list[Taken] = []
    for discount in stay.discounts:
        amount_minor = discount.takes(
            price_minor=price.amount_minor,
            left_minor=left_minor,
            tariff=tariff,
            entered_at=stay.entry_time,
            until=until,
        )
        if not 0 <= amount_minor <= left_minor:
            raise ValueError(f"a discount took {amount_minor} of {left_minor} minor units")
        taken.append(Taken(discount=discount, amount_minor=amount_minor))
        left_minor -= amount_minor
    return Bill(
        billed_until=until,
        price=price,
        adjusted_minor=stay.adjusted_minor,
        taken=tuple(taken),
        kept_minor=stay.kept_minor,
    )


def current_bill(*, stay: StaySnapshot, tariff: Tariff, now: datetime) -> tuple[Bill, bool]:
    """The bill that holds at `now`, and whether it is newly reckoned (else it is paid or quoted already).

    What was paid is good until `leave_by`; what was quoted is good until the quote ends.
    """
    if stay.billed_until is not None and stay.leave_by is not None and now <= stay.leave_by:
        return bill_at(stay=stay, tariff=tariff, until=stay.billed_until), False
    if stay.quote is not None and now <= stay.quote.valid_until:
        return bill_at(stay=stay, tariff=tariff, until=stay.quote.as_of), False
    return bill_at(stay=stay, tariff=tariff, until=now), True


def decide_exit(*, stay: StaySnapshot, tariff: Tariff, now: datetime) -> OpenGate | AskForPayment | ParkingError:
    """Open the gate, ask for money, or refuse a ticket that has already left."""
    if stay.gate_opened_at is not None:
        return AlreadyExited()
    bill, is_new = current_bill(stay=stay, tariff=tariff, now=now)
    completed = stay.status is SessionStatus.COMPLETED
    if bill.due_minor == 0:
        return OpenGate(bill=bill, completes=not completed)
    return AskForPayment(bill=bill, reopens=completed, is_new_quote=is_new)


def decide_collection(*, stay: StaySnapshot, tariff: Tariff, now: datetime) -> Collect | Requote | ParkingError:
    """What an additional payment at `now` may take, before the exit scan (pay on foot) or after it."""
    if stay.status is SessionStatus.COMPLETED:
        return NothingDue()
    bill, is_new = current_bill(stay=stay, tariff=tariff, now=now)
    if bill.due_minor == 0:
        return NothingDue()
    if stay.quote is not None and is_new and bill.due_minor > stay.quote.amount_minor:
        return Requote(bill=bill)
    return Collect(bill=bill, is_new_quote=is_new)
