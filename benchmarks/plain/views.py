"""The hot paths as plain Django views: get the objects, check, save, in one `transaction.atomic`.

They check and write what the real ones do on these paths, keep the order of locks, and answer the same. What is
rare (overstayers, refunds, late money, discounts, permits) is left out, which is in their favour.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from benchmarks.plain import answers
from parking.models import (
    AuditEvent,
    GateDevice,
    GuessCount,
    ParkingBooking,
    ParkingSession,
    ParkingSlot,
    ParkingZone,
    Payment,
    QRScanLog,
    Quote,
    SlotAllocation,
    Vehicle,
)

HOLD = timedelta(minutes=5)
GUESSES = 20


class Refused(Exception):
    """The status and code of the answer."""


def view(status: int) -> Callable[..., Any]:
    """A view that answers JSON; a driver who guessed too often gets none."""

    def decorate(function: Callable[..., dict[str, Any]]) -> Callable[..., JsonResponse]:
        @csrf_exempt
        @wraps(function)
        def wrapped(request: HttpRequest, **arguments: Any) -> JsonResponse:
            try:
                if "Authorization" not in request.headers:
                    require_room(request)
                return JsonResponse(function(request, **arguments), status=status)
            except Refused as error:
                return JsonResponse({"success": False, "error": error.args[1]}, status=error.args[0])

        return wrapped

    return decorate


def require_room(request: HttpRequest) -> None:
    now = datetime.now(UTC)
    window = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    source = f"address:{request.META['REMOTE_ADDR']}"
    if GuessCount.objects.filter(source=source, window_starts_at=window, count__gte=GUESSES).exists():
        raise Refused(429, "too_many_guesses")


def audit(action: str, caller: str, booking: ParkingBooking, **data: object) -> None:
    AuditEvent.objects.create(at=datetime.now(UTC), action=action, caller=caller, booking=booking, data=data)


@view(201)
def create_booking(request: HttpRequest) -> dict[str, Any]:
    body = json.loads(request.body)
    with transaction.atomic():
        now = datetime.now(UTC)
        zone = ParkingZone.objects.get(id=body["zone_id"], is_open=True)
        ends_at = now + timedelta(hours=body["hours"])
        vehicle, _ = Vehicle.objects.get_or_create(
            number=body["vehicle_number"], defaults={"owner_name": body["owner_name"], "created_at": now}
        )
        vehicle = Vehicle.objects.select_for_update().get(id=vehicle.id)
        lapse_holds(zone, now)
        if vehicle.bookings.filter(closed_at=None, starts_at__lt=ends_at, ends_at__gt=now).exists():
            raise Refused(409, "vehicle_busy")
        if vehicle.sessions.filter(exit_time=None).exists():
            raise Refused(409, "vehicle_busy")
        slot = free_slot(zone, now, ends_at)
        booking = ParkingBooking.objects.create(
            zone=zone,
            vehicle=vehicle,
            plate=vehicle.number,
            owner_name=body["owner_name"],
            qr_code=f"PARK-{secrets.token_hex(6).upper()}",
            hours=body["hours"],
            tariff=zone.tariff,
            policy=zone.policy,
            price_minor=zone.tariff.definition["rate_minor"] * body["hours"],
            currency=zone.tariff.currency,
            created_at=now,
            starts_at=now,
            ends_at=ends_at,
            expires_at=now + HOLD,
        )
        SlotAllocation.objects.create(
            slot=slot,
            zone=zone,
            booking=booking,
            occupies_from=now,
            occupies_until=ends_at,
            lapses_at=booking.expires_at,
        )
        audit("booking.created", "driver", booking)
    return answers.created(booking, slot)


def lapse_holds(zone: ParkingZone, now: datetime) -> None:
    for stale in SlotAllocation.objects.filter(zone=zone, lapses_at__lte=now).select_related("booking"):
        stale.booking.status = "EXPIRED"
        stale.booking.closed_at = now
        stale.booking.save()
        stale.released_at = now
        stale.release_reason = "HOLD_LAPSED"
        stale.lapses_at = None
        stale.save()


def free_slot(zone: ParkingZone, start: datetime, end: datetime) -> ParkingSlot:
    """The zone is locked, so that nobody else takes the same slot."""
    ParkingZone.objects.select_for_update().get(id=zone.id)
    overlapping = Q(occupies_from__lt=end, occupies_until__gt=start) | Q(parked_at__isnull=False)
    taken = SlotAllocation.objects.filter(overlapping, zone=zone, released_at=None)
    slot = zone.slots.filter(in_service=True).exclude(id__in=taken.values("slot_id")).order_by("id").first()
    if slot is None:
        raise Refused(409, "zone_full")
    return slot


@view(200)
def pay_booking(request: HttpRequest) -> dict[str, Any]:
    """The intent is committed before the provider is asked, and the simulated provider says yes."""
    body = json.loads(request.body)
    with transaction.atomic():
        now = datetime.now(UTC)
        booking = ParkingBooking.objects.select_for_update().get(id=body["booking_id"])
        if booking.payments.filter(status="PENDING").exists():
            raise Refused(409, "payment_in_progress")
        allocation = booking.allocations.get(released_at=None)
        if booking.status != "CREATED" or allocation.lapses_at is None or now >= allocation.lapses_at:
            raise Refused(410, "hold_lapsed")
        payment = Payment.objects.create(
            booking=booking,
            kind="BOOKING",
            amount_minor=booking.price_minor,
            currency=booking.currency,
            provider="simulated",
            created_at=now,
            lease_until=now + timedelta(seconds=30),
            next_attempt_at=now + timedelta(seconds=30),
        )
        allocation.lapses_at = booking.expires_at + timedelta(minutes=10)
        allocation.save()
        details = {"payment_id": str(payment.id), "kind": payment.kind, "amount_minor": payment.amount_minor}
        audit("payment.begun", "driver", booking, **details)
    with transaction.atomic():
        now = datetime.now(UTC)
        booking = ParkingBooking.objects.select_for_update().get(id=payment.booking_id)
        Vehicle.objects.select_for_update().get(id=booking.vehicle_id)
        payment = Payment.objects.select_related("booking").get(id=payment.id)
        allocation = booking.allocations.get(released_at=None)
        allocation.lapses_at = booking.ends_at
        allocation.save()
        booking.status = "PAID"
        booking.paid_at = now
        booking.save()
        payment.booking = booking
        payment.status = "COMPLETED"
        payment.captured_minor = payment.amount_minor
        payment.completed_at = now
        payment.provider_reference = f"simch_{payment.id}"
        payment.lease_until = payment.next_attempt_at = None
        payment.save()
        audit("payment.completed", "system", booking, **details)
    return answers.paid(payment)


def gate_of(request: HttpRequest, body: dict[str, Any], direction: str) -> GateDevice:
    token = request.headers["Authorization"].removeprefix("Bearer ")
    device = GateDevice.objects.get(key_prefix=token.split("_")[1])
    if not secrets.compare_digest(device.key_hash, hashlib.sha256(token.encode()).hexdigest()):
        raise Refused(401, "invalid_key")
    if device.device_id != body["scanner_device_id"] or device.revoked_at is not None:
        raise Refused(403, "not_your_device")
    if device.direction not in (direction, "BOTH"):
        raise Refused(403, "wrong_direction")
    return device


def ticket_of(body: dict[str, Any], device: GateDevice) -> ParkingBooking:
    booking = ParkingBooking.objects.select_for_update().get(qr_code=body["qr_code"])
    Vehicle.objects.select_for_update().get(id=booking.vehicle_id)
    if QRScanLog.objects.filter(scanner_device_id=device.device_id, scan_id=body["scan_id"]).exists():
        raise Refused(409, "scan_id_reused")
    zones = device.zones.all()
    if zones and booking.zone not in zones:
        raise Refused(403, "wrong_zone")
    return booking


def log_scan(body: dict[str, Any], device: GateDevice, booking: ParkingBooking, direction: str, answer: Any) -> None:
    QRScanLog.objects.create(
        scan_type=direction,
        result="SUCCESS",
        reason="ok",
        qr_code=booking.qr_code,
        booking=booking,
        device=device,
        scanner_device_id=device.device_id,
        caller=f"device:{device.device_id}",
        scanned_at=datetime.now(UTC),
        scan_id=body["scan_id"],
        answer={"answer": {name: str(value) for name, value in answer.items() if name != "vehicle_number"}},
    )


@view(200)
def scan_entry(request: HttpRequest) -> dict[str, Any]:
    body = json.loads(request.body)
    with transaction.atomic():
        device = gate_of(request, body, "ENTRY")
        booking = ticket_of(body, device)
        now = datetime.now(UTC)
        if booking.status != "PAID":
            raise Refused(402, "payment_required")
        if captured(booking) < booking.price_minor or now >= booking.ends_at:
            raise Refused(410, "no_show")
        if ParkingSession.objects.filter(vehicle=booking.vehicle, exit_time=None).exists():
            raise Refused(409, "vehicle_inside")
        allocation = booking.allocations.get(released_at=None)
        others = SlotAllocation.objects.filter(slot=allocation.slot, released_at=None).exclude(booking=booking)
        if others.exists():
            raise Refused(409, "zone_full")
        allocation.occupies_until = now + timedelta(hours=booking.hours)
        allocation.parked_at = now
        allocation.lapses_at = None
        allocation.save()
        booking.status = "USED"
        booking.save()
        session = ParkingSession.objects.create(
            id=uuid.uuid4(),
            booking=booking,
            zone=booking.zone,
            slot=allocation.slot,
            vehicle=booking.vehicle,
            plate=booking.plate,
            entry_time=now,
        )
        caller = f"device:{device.device_id}"
        audit("session.entered", caller, booking, session_id=str(session.id), slot=session.slot.number)
        answer = answers.entered(session)
        log_scan(body, device, booking, "ENTRY", answer)
    return answer


def captured(booking: ParkingBooking) -> int:
    paid = booking.payments.filter(completed_at__isnull=False).aggregate(n=Sum("captured_minor"))["n"] or 0
    refunds = Payment.objects.filter(booking=booking, refunds__isnull=False).exclude(refunds__status="FAILED")
    return paid - (refunds.aggregate(n=Sum("refunds__amount_minor"))["n"] or 0)


@view(200)
def scan_exit(request: HttpRequest) -> dict[str, Any]:
    body = json.loads(request.body)
    with transaction.atomic():
        device = gate_of(request, body, "EXIT")
        booking = ticket_of(body, device)
        now = datetime.now(UTC)
        session = ParkingSession.objects.get(booking=booking)
        if session.exit_time is not None:
            raise Refused(409, "already_exited")
        prepaid = captured(booking)
        hours = answers.billable_hours(session, now=now)
        rate = booking.tariff.definition["rate_minor"]
        due = hours * rate + sum(one.amount_minor for one in booking.adjustments.filter(status="APPROVED"))
        if due > prepaid or Quote.objects.filter(session=session, paid_at=None).exists():
            raise Refused(402, "payment_due")
        allocation = booking.allocations.get(released_at=None)
        allocation.released_at = now
        allocation.release_reason = "EXITED"
        allocation.lapses_at = None
        allocation.save()
        booking.closed_at = now
        booking.save()
        session.status = "COMPLETED"
        session.exit_time = session.billed_until = session.gate_opened_at = now
        session.save()
        caller = f"device:{device.device_id}"
        audit("session.left", caller, booking, session_id=str(session.id), total_minor=due, refund_minor=0)
        answer = answers.left(session, prepaid=prepaid, hours=hours, rate=rate, now=now)
        log_scan(body, device, booking, "EXIT", answer)
    return answer


@view(200)
def zone_status(request: HttpRequest, zone_id: int) -> dict[str, Any]:
    zone = ParkingZone.objects.get(id=zone_id)
    answer = answers.zone(zone, now=datetime.now(UTC))
    active = zone.sessions.filter(exit_time=None).count()
    return {"success": True, "zone_id": zone.id, "zone_name": answer.pop("name"), "active_sessions": active, **answer}


@view(200)
def zones(request: HttpRequest) -> dict[str, Any]:
    now = datetime.now(UTC)
    found = ParkingZone.objects.filter(is_open=True).order_by("id")
    return {"success": True, "zones": [{"id": zone.id, **answers.zone(zone, now=now)} for zone in found]}
