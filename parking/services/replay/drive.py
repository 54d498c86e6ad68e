"""Each recorded stay as a car of its own, played in order of time through the use cases that everybody uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from parking.domain.callers import SYSTEM, device_caller
from parking.domain.errors import ParkingError, PaymentDue
from parking.domain.stay_records import EARLIEST, RecordedStay
from parking.models import ParkingZone
from parking.services import ParkingService, setup, terms

ZONE_NAME: Final = "Replay"
MAX_SLOTS: Final = 10_000
_RATE_UNTIL_TERMS_MINOR: Final = 5000
"""A zone is made with an hourly tariff; this one's is replaced before anybody comes."""
_ENTRY_GATE: Final = device_caller(device_id="ENTRY_GATE_01")
_EXIT_GATE: Final = device_caller(device_id="EXIT_GATE_01")
_BASE_36: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class OccupiedGarageError(Exception):
    """There is a zone of a former replay already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPlan:
    """The garage that the recorded cars drive into, and what each driver books before knowing how long it will be.

    `definition` is of the tariff that it sells under, complete with currency and time zone if its kind has them.
    """

    slot_count: int
    definition: Mapping[str, Any]
    currency: str
    hours_booked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    at: datetime
    is_arrival: bool
    stay: RecordedStay


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ticket:
    """What a driver inside holds."""

    qr_code: str
    session_id: UUID


def drive(*, stays: Sequence[RecordedStay], plan: ReplayPlan, after_each_stay: Callable[[], None]) -> Mapping[str, int]:
    """Play all the stays in the current database. Returns how many cars were refused, by the error's code.

    A car that is refused does not come in; `after_each_stay` is called when a car has left or was refused.
    """
    zone_id = _open_garage(plan=plan, now=min((stay.arrived_at for stay in stays), default=EARLIEST))
    inside: dict[int, _Ticket] = {}
    refused: Counter[str] = Counter()
    for event in _events(stays=stays):
        line = event.stay.line
        try:
            if event.is_arrival:
                inside[line] = _arrive(zone_id=zone_id, plan=plan, stay=event.stay)
                continue
            if line not in inside:
                continue
            _depart(ticket=inside.pop(line), now=event.at)
        except ParkingError as error:
            refused[error.code] += 1
        after_each_stay()
    return refused


def _open_garage(*, plan: ReplayPlan, now: datetime) -> int:
    zone = setup.ZonePlan(
        name=ZONE_NAME,
        hourly_rate_minor=_RATE_UNTIL_TERMS_MINOR,
        slot_count=plan.slot_count,
        slot_prefix="R",
    )
    report = setup.set_up(now=now, site_name=ZONE_NAME, zones=[zone], currency=plan.currency, time_zone="UTC")
    if not report.zones_created:
        raise OccupiedGarageError(f"There is a zone {ZONE_NAME!r} of a former replay. Give an empty database.")
    zone_id = ParkingZone.objects.get(name=ZONE_NAME).id
    tariff = terms.publish_tariff(name=ZONE_NAME, definition=plan.definition, caller=SYSTEM, now=now)
    terms.set_zone_terms(zone_id=zone_id, tariff_id=tariff.id, caller=SYSTEM, now=now)
    return zone_id


def _events(*, stays: Sequence[RecordedStay]) -> Iterator[_Event]:
    """In order of time; at one moment those who leave make room first."""
    arrivals = (_Event(at=stay.arrived_at, is_arrival=True, stay=stay) for stay in stays)
    departures = (_Event(at=stay.departed_at, is_arrival=False, stay=stay) for stay in stays)
    yield from sorted([*arrivals, *departures], key=lambda event: (event.at, event.is_arrival, event.stay.line))


def _arrive(*, zone_id: int, plan: ReplayPlan, stay: RecordedStay) -> _Ticket:
    """Book, pay unless it is free, and enter, all at the moment of arrival."""
    now = stay.arrived_at
    booking = ParkingService.create_booking(
        vehicle_number=plate_of(line=stay.line),
        owner_name=f"Line {stay.line}",
        zone_id=zone_id,
        hours=plan.hours_booked,
        now=now,
    )
    if booking.amount_minor:
        ParkingService.process_booking_payment(booking_id=booking.booking_id, gateway_data={}, now=now)
    entry = ParkingService.scan_entry_qr(
        qr_code=booking.qr_code, scanner_device_id=_ENTRY_GATE.name, caller=_ENTRY_GATE, now=now
    )
    return _Ticket(qr_code=booking.qr_code, session_id=entry.session_id)


def _depart(*, ticket: _Ticket, now: datetime) -> None:
    """Scan; if the gate asks for money, pay and scan again, all at the moment of departure."""
    try:
        _scan_out(ticket=ticket, now=now)
    except PaymentDue:
        ParkingService.process_additional_payment(session_id=ticket.session_id, gateway_data={}, now=now)
        _scan_out(ticket=ticket, now=now)


def _scan_out(*, ticket: _Ticket, now: datetime) -> None:
    ParkingService.scan_exit_qr(qr_code=ticket.qr_code, scanner_device_id=_EXIT_GATE.name, caller=_EXIT_GATE, now=now)


def plate_of(*, line: int) -> str:
    """R and the line in base 36: a car of its own for each row, and short enough for any file."""
    digits = ""
    while line:
        line, digit = divmod(line, 36)
        digits = _BASE_36[digit] + digits
    return "R" + digits
