"""The answers of the plain views: the same keys as the real ones give."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from parking.models import ParkingBooking, ParkingSession, ParkingSlot, ParkingZone, Payment, SlotAllocation


def money(minor: int) -> str:
    return f"{minor / 100:.2f}"


def created(booking: ParkingBooking, slot: ParkingSlot) -> dict[str, Any]:
    amount = money(booking.price_minor)
    return {
        "success": True,
        "message": f"Pay {amount} {booking.currency} before {booking.expires_at} to keep slot {slot.number}.",
        "booking_id": booking.id,
        "qr_code": booking.qr_code,
        "vehicle_number": booking.plate,
        "slot_number": slot.number,
        "zone_name": booking.zone.name,
        "hours": booking.hours,
        "amount": amount,
        "currency": booking.currency,
        "created_at": booking.created_at,
        "expires_at": booking.expires_at,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "status": booking.status,
    }


def paid(payment: Payment) -> dict[str, Any]:
    amount = money(payment.amount_minor)
    return {
        "success": True,
        "message": f"Paid {amount} {payment.currency}. Scan the QR code at an entry gate.",
        "payment_id": payment.id,
        "booking_id": payment.booking_id,
        "amount": amount,
        "currency": payment.currency,
        "payment_status": payment.status,
        "next_action": None,
        "booking_status": payment.booking.status,
    }


def entered(session: ParkingSession) -> dict[str, Any]:
    paid_until = session.entry_time + timedelta(hours=session.booking.hours)
    return {
        "success": True,
        "message": f"Welcome. Park in slot {session.slot.number}; you have paid until {paid_until}.",
        "session_id": session.id,
        "booking_id": session.booking_id,
        "vehicle_number": session.plate,
        "slot_number": session.slot.number,
        "zone_name": session.zone.name,
        "entry_time": session.entry_time,
        "paid_until": paid_until,
    }


def left(session: ParkingSession, *, prepaid: int, hours: int, rate: int, now: datetime) -> dict[str, Any]:
    minutes = int((now - session.entry_time).total_seconds() // 60)
    return {
        "success": True,
        "message": "Nothing is due. Goodbye.",
        "session_id": session.id,
        "booking_id": session.booking_id,
        "vehicle_number": session.plate,
        "zone_name": session.zone.name,
        "slot_number": session.slot.number,
        "entry_time": session.entry_time,
        "exit_time": session.exit_time,
        "billed_until": session.billed_until,
        "duration_minutes": minutes,
        "total_minutes": minutes,
        "billable_minutes": max(0, minutes - 5),
        "billable_hours": hours,
        "hourly_rate": money(rate),
        "price_amount": money(hours * rate),
        "total_amount": money(hours * rate),
        "adjustments_amount": money(0),
        "discount_amount": money(0),
        "prepaid_amount": money(prepaid),
        "additional_payment_needed": False,
        "additional_amount": money(0),
        "refund_amount": money(0),
        "currency": session.booking.currency,
        "session_status": session.status,
        "quote_valid_until": None,
    }


def billable_hours(session: ParkingSession, *, now: datetime) -> int:
    minutes = int((now - session.entry_time).total_seconds() // 60)
    return max(1, ceil((minutes - 5) / 60))


def zone(one: ParkingZone, *, now: datetime) -> dict[str, Any]:
    total = one.slots.filter(in_service=True).count()
    live = SlotAllocation.objects.filter(zone=one, released_at=None)
    inside = live.filter(parked_at__isnull=False).count()
    held = live.filter(parked_at=None, occupies_from__lte=now, lapses_at__gt=now).count()
    return {
        "name": one.name,
        "hourly_rate": money(one.tariff.definition["rate_minor"]),
        "currency": one.tariff.currency,
        "total_slots": total,
        "occupied_slots": inside,
        "available_slots": max(0, total - inside - held),
        "occupancy_percentage": round(100 * inside / total, 1) if total else 0.0,
    }
