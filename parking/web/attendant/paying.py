"""Money on the spot: cash into the cashier's open shift, a card, or the driver's own phone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from parking.domain.callers import Caller
from parking.domain.errors import InvalidField
from parking.domain.states import PaymentMethod
from parking.edge.moments import now_of
from parking.services import ParkingService
from parking.services.results import PaymentAnswer
from parking.web.driver.paying import TEST_CARDS

_QUIET_ZONE = 4


def offer(request: HttpRequest, *, booking_id: UUID, session_id: UUID | None) -> dict[str, Any]:
    """What the ways to pay need. A card is charged here only where the provider can do so without its own window."""
    page = "web:overtime" if session_id is not None else "web:pay"
    address = request.build_absolute_uri(reverse(page, args=[booking_id]))
    return {
        "booking_id": booking_id,
        "session_id": session_id,
        "cards": TEST_CARDS.items() if settings.PARKING_PAYMENT_PROVIDER == "simulated" else (),
        "pay_address": address,
        "pay_qr": drawn(address),
    }


def drawn(text: str) -> SafeString:
    """A QR code, drawn by the server. `make_qr`: `make` would choose a Micro QR, which many cameras cannot read."""
    return mark_safe(  # noqa: S308 -- our own drawing
        segno.make_qr(text, error="m").svg_inline(border=_QUIET_ZONE, omitsize=True, svgclass="qr")
    )


def take_for_stay(request: HttpRequest, caller: Caller, *, session_id: UUID) -> PaymentAnswer:
    """What is due for the stay, the way the form says."""
    return ParkingService.process_additional_payment(
        session_id=session_id,
        gateway_data=_gateway_data(request),
        method=_method(request),
        caller=caller,
        now=now_of(request),
    )


def take_for_booking(request: HttpRequest, caller: Caller, *, booking_id: UUID) -> PaymentAnswer:
    """The price of the booking, the way the form says."""
    return ParkingService.process_booking_payment(
        booking_id=booking_id,
        gateway_data=_gateway_data(request),
        method=_method(request),
        caller=caller,
        now=now_of(request),
    )


def _method(request: HttpRequest) -> PaymentMethod:
    method = request.POST.get("method")
    if method not in (PaymentMethod.CASH, PaymentMethod.CARD):
        raise InvalidField(field="method", problem="must be CASH or CARD.")
    return PaymentMethod(method)


def _gateway_data(request: HttpRequest) -> dict[str, object]:
    return {"token": request.POST.get("token", "")} if request.POST.get("method") == PaymentMethod.CARD else {}
