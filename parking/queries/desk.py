"""What people at the desk look for: a car by what its driver has in hand, and what waits for a second person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from parking.domain.adjustments import lost_ticket_fee
from parking.domain.errors import InvalidField, UnknownBooking, UnknownSession
from parking.domain.plates import canonical_plate
from parking.domain.states import AdjustmentKind, AdjustmentStatus, BookingStatus, SessionStatus
from parking.domain.stays import current_bill
from parking.domain.times import not_before
from parking.models import (
    Adjustment,
    ParkingBooking,
    ParkingSession,
    SlotAllocation,
)
from parking.queries import snapshots
from parking.queries.search import find_bookings

MAX_STAYS: Final = 20
MAX_WAITING: Final = 100
MIN_PART_OF_PLATE: Final = 3
_MAX_TEXT_LENGTH: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStay:
    """A booking, and its stay if the car came in. `due_minor` is what leaving now would still cost."""

    booking_id: UUID
    session_id: UUID | None
    is_inside: bool
    has_left: bool
    """A gate has opened for it. One that is paid up and not gone is neither inside nor has it left."""
    vehicle_number: str
    owner_name: str
    zone_name: str
    slot_number: str | None
    booking_status: BookingStatus
    session_status: SessionStatus | None
    starts_at: datetime
    ends_at: datetime
    entry_time: datetime | None
    exit_time: datetime | None
    due_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StayAtDesk:
    """One of them, with what can be done for it."""

    found: FoundStay
    qr_code: str
    price_minor: int
    """Of the booking; to be paid while it is CREATED."""
    lost_ticket_fee_minor: int | None
    """What losing the ticket would cost now; None where it is not charged, or not again."""
    is_permit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingAdjustment:
    """What was proposed and needs a second person. `amount_minor` would be taken off."""

    adjustment_id: UUID
    booking_id: UUID
    session_id: UUID | None
    payment_id: UUID | None
    """The payment that it would go back on, if it is a refund by hand."""
    vehicle_number: str
    zone_name: str
    kind: AdjustmentKind
    amount_minor: int
    currency: str
    reason: str
    proposed_by: str
    proposed_at: datetime


def find_stays(*, text: str, phone_region: str, now: datetime) -> list[FoundStay]:
    """At most 20 stays and bookings that `text` names: the cars inside first, then live bookings, then the newest past.

    It may be a plate; three characters or more anywhere in the plate of a car that is inside or expected, or the
    beginning of any; or anything else that `find_bookings` knows. Raises InvalidField.
    """
    text = text.strip()
    if not text or len(text) > _MAX_TEXT_LENGTH or "\0" in text:
        raise InvalidField(
            field="q", problem=f"must have 1 to {_MAX_TEXT_LENGTH} characters of a plate, code, phone number or id."
        )
    found = [*_by_plate(text=text), *find_bookings(text=text, phone_region=phone_region)]
    bookings = ParkingBooking.objects.filter(id__in=dict.fromkeys(found)).select_related(
        "zone", "tariff", "permit", "session__slot"
    )
    ranked = sorted(bookings, key=_rank)[:MAX_STAYS]
    slots = _slots_of(bookings=ranked)
    return [_found(booking=booking, allocation=slots.get(booking.id), now=now) for booking in ranked]


def get_stay(*, booking_id: UUID, now: datetime) -> StayAtDesk:
    """One booking, and its stay if there is one. Raises UnknownBooking."""
    bookings = ParkingBooking.objects.select_related("zone", "tariff", "permit", "session__slot")
    booking = bookings.filter(id=booking_id).first()
    if booking is None:
        raise UnknownBooking
    return StayAtDesk(
        found=_found(booking=booking, allocation=_slots_of(bookings=[booking]).get(booking_id), now=now),
        qr_code=booking.qr_code,
        price_minor=booking.price_minor,
        lost_ticket_fee_minor=_lost_ticket_fee(booking=booking, session=_session(booking), now=now),
        is_permit=booking.permit_id is not None,
    )


def list_waiting_adjustments() -> list[WaitingAdjustment]:
    """What waits for a second person, the oldest first, at most 100."""
    rows = Adjustment.objects.filter(status=AdjustmentStatus.PROPOSED).select_related("booking__zone")
    return [
        WaitingAdjustment(
            adjustment_id=row.id,
            booking_id=row.booking_id,
            session_id=row.session_id,
            payment_id=row.payment_id,
            vehicle_number=row.booking.plate,
            zone_name=row.booking.zone.name,
            kind=AdjustmentKind(row.kind),
            amount_minor=-row.amount_minor,
            currency=row.currency,
            reason=row.reason,
            proposed_by=row.proposed_by,
            proposed_at=row.created_at,
        )
        for row in rows.order_by("created_at", "id")[:MAX_WAITING]
    ]


def session_currency(*, session_id: UUID) -> str:
    """Raises UnknownSession."""
    stays = ParkingSession.objects.filter(id=session_id)
    currency: str | None = stays.values_list("booking__currency", flat=True).first()
    if currency is None:
        raise UnknownSession
    return currency


def booking_currency(*, booking_id: UUID) -> str:
    """Raises UnknownBooking."""
    currency: str | None = ParkingBooking.objects.filter(id=booking_id).values_list("currency", flat=True).first()
    if currency is None:
        raise UnknownBooking
    return currency


def _by_plate(*, text: str) -> list[UUID]:
    """Cars inside and bookings that hold a slot, by any part of the plate: there are never more than slots."""
    try:
        part = canonical_plate(text=text)
    except InvalidField:
        return []
    lookup = "plate__contains" if len(part) >= MIN_PART_OF_PLATE else "plate"
    inside = ParkingSession.objects.filter(exit_time=None, **{lookup: part}).order_by("-entry_time")
    held = SlotAllocation.objects.filter(released_at=None, **{f"booking__{lookup}": part}).order_by("occupies_from")
    return [
        *inside.values_list("booking_id", flat=True)[:MAX_STAYS],
        *held.values_list("booking_id", flat=True)[:MAX_STAYS],
    ]


def _session(booking: ParkingBooking) -> ParkingSession | None:
    return getattr(booking, "session", None)


def _rank(booking: ParkingBooking) -> tuple[int, float]:
    session = _session(booking)
    if session is not None and session.exit_time is None:
        return 0, -session.entry_time.timestamp()
    if booking.closed_at is None:
        return 1, booking.starts_at.timestamp()
    return 2, -booking.created_at.timestamp()


def _slots_of(*, bookings: Iterable[ParkingBooking]) -> dict[UUID, SlotAllocation]:
    live = SlotAllocation.objects.filter(booking__in=list(bookings), released_at=None).select_related("slot")
    return {allocation.booking_id: allocation for allocation in live}


def _found(*, booking: ParkingBooking, allocation: SlotAllocation | None, now: datetime) -> FoundStay:
    session = _session(booking)
    slot = allocation.slot if allocation else session.slot if session else None
    return FoundStay(
        booking_id=booking.id,
        session_id=session.id if session else None,
        is_inside=session is not None and session.exit_time is None,
        has_left=session is not None and session.gate_opened_at is not None,
        vehicle_number=session.plate if session else booking.plate,
        owner_name=booking.owner_name,
        zone_name=booking.zone.name,
        slot_number=slot.number if slot else None,
        booking_status=_status(booking=booking, allocation=allocation, now=now),
        session_status=SessionStatus(session.status) if session else None,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        entry_time=session.entry_time if session else None,
        exit_time=session.exit_time if session else None,
        due_minor=_due(booking=booking, session=session, now=now) if session else 0,
        currency=booking.currency,
    )


def _status(*, booking: ParkingBooking, allocation: SlotAllocation | None, now: datetime) -> BookingStatus:
    """As time has decided it, written down or not."""
    money = snapshots.Money(captured_minor=0, refunded_minor=0)
    return snapshots.booking_snapshot(booking=booking, allocation=allocation, money=money).status_at(now=now)


def _due(*, booking: ParkingBooking, session: ParkingSession, now: datetime) -> int:
    """Minor units; nothing once the gate has opened."""
    if session.gate_opened_at is not None:
        return 0
    stay = snapshots.stay_snapshot(
        booking=booking,
        session=session,
        quote=snapshots.open_quote(session=session),
        money=snapshots.money_of(booking=booking),
    )
    at = not_before(now, session.entry_time, session.exit_time, session.billed_until)
    return current_bill(stay=stay, tariff=snapshots.tariff_of(version=booking.tariff), now=at)[0].due_minor


def _lost_ticket_fee(*, booking: ParkingBooking, session: ParkingSession | None, now: datetime) -> int | None:
    """Minor units. As `services.tickets` charges it: once a stay, until it is paid up, and not for a permit's code."""
    if session is None or session.status == SessionStatus.COMPLETED or booking.permit_id is not None:
        return None
    charged = Adjustment.objects.filter(session=session, kind=AdjustmentKind.LOST_TICKET)
    if charged.exclude(status=AdjustmentStatus.REJECTED).exists():
        return None
    at = not_before(now, session.entry_time, session.billed_until)
    return lost_ticket_fee(tariff=snapshots.tariff_of(version=booking.tariff), entered_at=session.entry_time, now=at)
