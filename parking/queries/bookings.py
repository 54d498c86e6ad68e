"""A booking as its holder sees it: state, times, money, code, and the stay if there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from parking.domain.bookings import BookingSnapshot, Cancellation, decide_cancellation
from parking.domain.errors import UnknownBooking
from parking.domain.states import AdjustmentKind, AdjustmentStatus, BookingStatus, SessionStatus, VehicleClass
from parking.domain.stays import current_bill
from parking.domain.times import not_before
from parking.models import Adjustment, ParkingBooking, ParkingSession, SlotAllocation
from parking.queries import snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class StayDetails:
    """The stay of a booking that has entered; `due_minor` is what leaving now would still cost."""

    session_id: UUID
    status: SessionStatus
    entry_time: datetime
    exit_time: datetime | None
    billed_until: datetime | None
    leave_by: datetime | None
    gate_opened_at: datetime | None
    due_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentLine:
    """An approved adjustment: minor units added to the price, or taken from it."""

    kind: AdjustmentKind
    amount_minor: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDetails:
    """Amounts are minor units of `currency`; what was refunded includes refunds that are on their way."""

    booking_id: UUID
    status: BookingStatus
    qr_code: str
    vehicle_number: str
    zone_id: int
    zone_name: str
    slot_number: str | None
    hours: int
    created_at: datetime
    expires_at: datetime
    starts_at: datetime
    may_enter_from: datetime
    """A little before the start, if a slot is free then."""
    ends_at: datetime
    paid_at: datetime | None
    amount_minor: int
    captured_minor: int
    refunded_minor: int
    cancel_refund_minor: int | None
    """What cancelling now would give back; None if it cannot be cancelled any more."""
    adjustments: tuple[AdjustmentLine, ...]
    currency: str
    vehicle_class: VehicleClass
    stay: StayDetails | None

    @property
    def paid_until(self) -> datetime:
        """The end of the hours that were booked, which a late entry moves; the grace comes on top."""
        return (self.stay.entry_time if self.stay else self.starts_at) + timedelta(hours=self.hours)


def get_booking(*, booking_id: UUID, now: datetime) -> BookingDetails:
    """The booking at `now`: a hold that has lapsed shows as EXPIRED, written down or not. Raises UnknownBooking."""
    booking = ParkingBooking.objects.select_related("zone", "tariff", "policy").filter(id=booking_id).first()
    if booking is None:
        raise UnknownBooking
    session = ParkingSession.objects.select_related("slot").filter(booking=booking).first()
    allocation = snapshots.live_allocation(booking=booking)
    money = snapshots.money_of(booking=booking)
    snapshot = snapshots.booking_snapshot(booking=booking, allocation=allocation, money=money)
    early = timedelta(seconds=snapshots.policy_of(version=booking.policy).early_entry_seconds)
    return BookingDetails(
        booking_id=booking.id,
        status=snapshot.status_at(now=now),
        qr_code=booking.qr_code,
        vehicle_number=booking.plate,
        zone_id=booking.zone_id,
        zone_name=booking.zone.name,
        slot_number=_slot_number(session=session, allocation=allocation),
        hours=booking.hours,
        created_at=booking.created_at,
        expires_at=booking.expires_at,
        starts_at=booking.starts_at,
        may_enter_from=booking.starts_at - early,
        ends_at=booking.ends_at,
        paid_at=booking.paid_at,
        amount_minor=booking.price_minor,
        captured_minor=money.captured_minor,
        refunded_minor=money.refunded_minor,
        cancel_refund_minor=_cancel_refund(booking=booking, snapshot=snapshot, now=now),
        adjustments=adjustments_of(booking_id=booking.id),
        currency=booking.currency,
        vehicle_class=VehicleClass(booking.vehicle_class),
        stay=_stay(booking=booking, session=session, money=money, now=now) if session else None,
    )


def adjustments_of(*, booking_id: UUID) -> tuple[AdjustmentLine, ...]:
    """The booking's approved adjustments, the oldest first."""
    rows = Adjustment.objects.filter(booking_id=booking_id, status=AdjustmentStatus.APPROVED)
    return tuple(
        AdjustmentLine(
            kind=AdjustmentKind(row.kind), amount_minor=row.amount_minor, at=row.decided_at or row.created_at
        )
        for row in rows.order_by("decided_at", "id")
    )


def _cancel_refund(*, booking: ParkingBooking, snapshot: BookingSnapshot, now: datetime) -> int | None:
    decision = decide_cancellation(booking=snapshot, policy=snapshots.policy_of(version=booking.policy), now=now)
    return decision.refund_minor if isinstance(decision, Cancellation) else None


def _slot_number(*, session: ParkingSession | None, allocation: SlotAllocation | None) -> str | None:
    holder = session or allocation
    return holder.slot.number if holder else None


def _stay(*, booking: ParkingBooking, session: ParkingSession, money: snapshots.Money, now: datetime) -> StayDetails:
    now = not_before(now, session.entry_time, session.exit_time, session.billed_until)
    stay = snapshots.stay_snapshot(
        booking=booking, session=session, quote=snapshots.open_quote(session=session), money=money
    )
    due_minor = 0
    if stay.gate_opened_at is None:
        bill, _ = current_bill(stay=stay, tariff=snapshots.tariff_of(version=booking.tariff), now=now)
        due_minor = bill.due_minor
    return StayDetails(
        session_id=session.id,
        status=SessionStatus(session.status),
        entry_time=session.entry_time,
        exit_time=session.exit_time,
        billed_until=session.billed_until,
        leave_by=session.leave_by,
        gate_opened_at=session.gate_opened_at,
        due_minor=due_minor,
    )
