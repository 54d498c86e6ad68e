"""The ticket: one page that says where the car stands and what happens next. Its address is the key to the booking."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

import segno
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe

from parking.domain.callers import DRIVER
from parking.edge.identifiers import booking_id_of
from parking.edge.moments import now_of
from parking.queries.bookings import BookingDetails, get_booking
from parking.queries.receipt_pdf import receipt_pdf
from parking.services import ParkingService
from parking.web.driver.stages import Stage, stage_of
from parking.web.pages import guessable, live, page, show

_QUIET_ZONE: Final = 4
_PIXELS_A_MODULE: Final = 16
_WITH_CODE: Final = (Stage.COMING, Stage.PARKED, Stage.DUE, Stage.LEAVING)


@page
@guessable
def ticket(request: HttpRequest, ticket: str) -> HttpResponse:
    response = show(request, "driver/ticket.html", _shown(request, ticket))
    response["X-Robots-Tag"] = "noindex"
    return response


@page
@guessable
def ticket_part(request: HttpRequest, ticket: str) -> HttpResponse:
    """What changes on it, asked for while somebody looks at it."""
    return live(request, "driver/ticket_part.html", _shown(request, ticket))


@page
@guessable
def qr_png(request: HttpRequest, ticket: str) -> HttpResponse:
    """The code as a picture, to be kept among the phone's photos."""
    details = get_booking(booking_id=booking_id_of(ticket), now=now_of(request))
    picture = BytesIO()
    _qr(details).save(picture, kind="png", scale=_PIXELS_A_MODULE, border=_QUIET_ZONE)
    response = HttpResponse(picture.getvalue(), content_type="image/png")
    response["Content-Disposition"] = f'attachment; filename="{details.qr_code}.png"'
    return response


@page
@guessable
def receipt(request: HttpRequest, ticket: str) -> HttpResponse:
    details = ParkingService.get_receipt(booking_id=booking_id_of(ticket), caller=DRIVER, now=now_of(request))
    response = HttpResponse(receipt_pdf(receipt=details), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="receipt-{details.number}.pdf"'
    return response


def _shown(request: HttpRequest, ticket: str) -> dict[str, Any]:
    details = get_booking(booking_id=booking_id_of(ticket), now=now_of(request))
    stage = stage_of(details)
    return {"booking": details, "stage": stage.value, "qr": _qr_svg(details) if stage in _WITH_CODE else None}


def _qr(details: BookingDetails) -> segno.QRCode:
    # make_qr: `make` would choose a Micro QR, which many scanners cannot read.
    return segno.make_qr(details.qr_code, error="m")


def _qr_svg(details: BookingDetails) -> SafeString:
    """Drawn by the server, so that it needs no script and no second request."""
    return mark_safe(_qr(details).svg_inline(border=_QUIET_ZONE, omitsize=True, svgclass="qr"))  # noqa: S308
