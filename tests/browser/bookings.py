"""Bookings in every stage of their life, made from outside of the browser for the pages that show them."""

from __future__ import annotations

from itertools import count
from typing import Any, Final

from tests.browser.premises import Premises

_numbers: Final = count(1)


def unpaid(premises: Premises, *, hours: int = 1) -> str:
    return str(_book(premises, hours=hours)["booking_id"])


def waiting(premises: Premises) -> str:
    """Its payer has not agreed yet."""
    booking_id = unpaid(premises)
    _pay(premises, booking_id, token="tok_needs_action", status=202)
    return booking_id


def paid(premises: Premises, *, hours: int = 1) -> str:
    booking_id = unpaid(premises, hours=hours)
    _pay(premises, booking_id)
    return booking_id


def parked(premises: Premises, *, hours: int = 3) -> str:
    booking_id = paid(premises, hours=hours)
    assert premises.entry_gate(qr_code=premises.booking(booking_id=booking_id)["qr_code"]).status == 200
    return booking_id


def due(premises: Premises) -> str:
    """Parked for longer than was paid, and asked for the rest at the exit."""
    booking_id = parked(premises, hours=1)
    premises.let_pass(minutes=120)
    assert premises.exit_gate(qr_code=premises.booking(booking_id=booking_id)["qr_code"]).status == 402
    return booking_id


def leaving(premises: Premises) -> str:
    """Paid, and not driven out yet."""
    booking_id = due(premises)
    session_id = premises.booking(booking_id=booking_id)["session"]["session_id"]
    paid_more = premises.site.post("payment/additional/", {"session_id": session_id, "payment_gateway_data": {}})
    assert paid_more.status == 200, paid_more
    return booking_id


def left(premises: Premises) -> str:
    booking_id = parked(premises, hours=2)
    premises.let_pass(minutes=50)
    assert premises.exit_gate(qr_code=premises.booking(booking_id=booking_id)["qr_code"]).status == 200
    return booking_id


def cancelled(premises: Premises) -> str:
    booking_id = paid(premises)
    assert premises.site.post("booking/cancel/", {"booking_id": booking_id}).status == 200
    return booking_id


def lapsed(premises: Premises) -> str:
    booking_id = unpaid(premises)
    premises.let_pass(minutes=5)
    return booking_id


def _book(premises: Premises, *, hours: int) -> dict[str, Any]:
    answer = premises.site.post(
        "booking/create/",
        {
            "vehicle_number": f"GA99PG{next(_numbers):04}",
            "owner_name": "Asha Rao",
            "zone_id": premises.zone(name="Standard")["id"],
            "hours": hours,
        },
    )
    assert answer.status == 201, answer
    return answer.body


def _pay(premises: Premises, booking_id: str, *, token: str = "", status: int = 200) -> None:
    data = {"token": token} if token else {}
    answer = premises.site.post("booking/payment/", {"booking_id": booking_id, "payment_gateway_data": data})
    assert answer.status == status, answer
