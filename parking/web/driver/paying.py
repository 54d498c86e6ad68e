"""Paying: for a booking, for more hours, for time beyond it. Every form is answered by a redirect."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parking.domain.errors import AlreadyPaid, NothingDue, ParkingError, PaymentInProgress
from parking.domain.states import BookingStatus, PaymentKind, PaymentStatus
from parking.edge.identifiers import booking_id_of
from parking.edge.moments import now_of
from parking.gateways import simulated
from parking.queries.bookings import BookingDetails, get_booking
from parking.queries.payments import newest_payment
from parking.services import ParkingService
from parking.services.results import PaymentAnswer
from parking.web.pages import guessable, live, page, show
from parking.web.words import told

_NEXT_ACTION: Final = "next_action"
_NEXT_ACTION_SECONDS: Final = 15 * 60
TEST_CARDS: Final[dict[str, Promise]] = {
    simulated.SUCCESS: _("A card that works"),
    simulated.DECLINED: _("A card that is declined"),
    simulated.NEEDS_ACTION: _("A card whose bank asks you first (30 seconds)"),
    simulated.TIMEOUT_AFTER_CHARGE: _("A card that is charged, but the answer is lost"),
    simulated.SETTLES_LATE: _("A bank that takes a minute"),
}
"""The sandbox's documented tokens, in the driver's words."""


def ways_to_pay() -> dict[str, Any]:
    """What a form to pay offers: test cards if no real money moves, else what the provider asks of the payer."""
    provider = settings.PARKING_PAYMENT_PROVIDER
    return {"test_cards": TEST_CARDS.items() if provider == "simulated" else None, "provider": provider}


def gateway_data(request: HttpRequest) -> dict[str, object]:
    return {"token": request.POST.get("token", "")}


@page
@guessable
def pay(request: HttpRequest, ticket: str) -> HttpResponse:
    """Pay for a booking, while its slot is held."""
    booking_id = booking_id_of(ticket)
    if request.method == "POST":
        return _pay(request, booking_id)
    details = get_booking(booking_id=booking_id, now=now_of(request))
    newest = newest_payment(booking_id=booking_id)
    if details.status is BookingStatus.CREATED and newest is not None and newest.status is PaymentStatus.PENDING:
        return redirect("web:waiting", booking_id)
    if details.status not in (BookingStatus.CREATED, BookingStatus.EXPIRED):
        return redirect("web:ticket", booking_id)
    over = details.status is BookingStatus.EXPIRED
    shown = {"booking": details, **ways_to_pay()}
    return show(request, "driver/over.html" if over else "driver/pay.html", shown, status=410 if over else 200)


def _pay(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    try:
        answer = ParkingService.process_booking_payment(
            booking_id=booking_id, gateway_data=gateway_data(request), now=now_of(request)
        )
    except PaymentInProgress:
        return redirect("web:waiting", booking_id)
    except AlreadyPaid as known:
        messages.info(request, told(known))
        return redirect("web:ticket", booking_id)
    except ParkingError as refusal:
        return refused(request, refusal, back_to="web:pay", booking_id=booking_id)
    return after_payment(request, answer, gettext("Paid. Your code is below: scan it at the entry gate."))


@page
@guessable
def overtime(request: HttpRequest, ticket: str) -> HttpResponse:
    """Pay on foot what the stay costs beyond what was paid, and drive out without stopping."""
    booking_id = booking_id_of(ticket)
    details = get_booking(booking_id=booking_id, now=now_of(request))
    if details.stay is None or details.stay.due_minor == 0:
        return redirect("web:ticket", booking_id)
    if request.method == "POST":
        return _pay_overtime(request, details)
    return show(request, "driver/overtime.html", {"booking": details, **ways_to_pay()})


def _pay_overtime(request: HttpRequest, details: BookingDetails) -> HttpResponse:
    assert details.stay is not None  # noqa: S101 -- for the types: the caller looked
    if request.POST.get("shown") != f"{details.stay.due_minor}":
        messages.warning(
            request, gettext("The amount has changed meanwhile. Nothing was charged: this is the new one.")
        )
        return redirect("web:overtime", details.booking_id)
    try:
        answer = ParkingService.process_additional_payment(
            session_id=details.stay.session_id, gateway_data=gateway_data(request), now=now_of(request)
        )
    except PaymentInProgress:
        return redirect("web:waiting", details.booking_id)
    except (AlreadyPaid, NothingDue) as known:
        messages.info(request, told(known))
        return redirect("web:ticket", details.booking_id)
    except ParkingError as refusal:
        return refused(request, refusal, back_to="web:overtime", booking_id=details.booking_id)
    return after_payment(request, answer, gettext("Paid. Drive to the exit gate and scan your code."))


def refused(request: HttpRequest, refusal: ParkingError, *, back_to: str, booking_id: UUID) -> HttpResponse:
    """Back to the form, with the reason. A booking that there is not is a page of its own, and counted."""
    if refusal.status == 404:
        raise refusal
    messages.error(request, told(refusal))
    return redirect(back_to, booking_id)


def after_payment(request: HttpRequest, answer: PaymentAnswer, words: str) -> HttpResponse:
    if answer.payment_status is not PaymentStatus.PENDING:
        messages.success(request, words)
        return redirect("web:ticket", answer.booking_id)
    response = redirect("web:waiting", answer.booking_id)
    if answer.next_action:
        _keep_next_action(response, answer)
    return response


@page
@guessable
def waiting(request: HttpRequest, ticket: str) -> HttpResponse:
    """A payment is on its way. Sent by the page's button, ask the provider how it stands."""
    booking_id = booking_id_of(ticket)
    standing = _standing(request, booking_id)
    if isinstance(standing, HttpResponse):
        return standing
    if request.method == "POST":
        return _ask_again(request, booking_id, kind=standing["payment"].kind)
    return show(request, "driver/waiting.html", standing)


@page
@guessable
def waiting_part(request: HttpRequest, ticket: str) -> HttpResponse:
    """The same as a live part: reads what is known, and leads on when it is decided."""
    booking_id = booking_id_of(ticket)
    standing = _standing(request, booking_id)
    if isinstance(standing, HttpResponse):
        return HttpResponse(status=204, headers={"HX-Redirect": standing["Location"]})
    return live(request, "driver/waiting_part.html", standing)


def _standing(request: HttpRequest, booking_id: UUID) -> dict[str, Any] | HttpResponse:
    """What is being waited for; or, once it is decided, the way on."""
    details = get_booking(booking_id=booking_id, now=now_of(request))
    payment = newest_payment(booking_id=booking_id)
    if payment is not None and payment.status is PaymentStatus.PENDING:
        return {"booking": details, "payment": payment, "next_action": _next_action(request)}
    if payment is not None and payment.status is PaymentStatus.FAILED and _is_still_to_pay(details, payment.kind):
        messages.error(request, gettext("The payment did not go through. Nothing was charged; try another way to pay."))
        return redirect(_form_of(payment.kind), booking_id)
    if payment is not None and payment.is_surplus:
        messages.warning(
            request, gettext("The payment came too late and is not needed any more. It goes back in full.")
        )
    elif payment is not None and payment.status is PaymentStatus.COMPLETED:
        messages.success(request, gettext("The payment went through."))
    return redirect("web:ticket", booking_id)


def _is_still_to_pay(details: BookingDetails, kind: PaymentKind) -> bool:
    """Not if another attempt was faster."""
    match kind:
        case PaymentKind.BOOKING:
            return details.status in (BookingStatus.CREATED, BookingStatus.EXPIRED)
        case PaymentKind.ADDITIONAL:
            return details.stay is not None and details.stay.due_minor > 0
        case PaymentKind.EXTENSION:
            return True


def _ask_again(request: HttpRequest, booking_id: UUID, *, kind: PaymentKind) -> HttpResponse:
    """Asking again is paying again (decision 9): the one payment that waits is looked up, and nothing charged twice."""
    now = now_of(request)
    details = get_booking(booking_id=booking_id, now=now)
    try:
        if kind is PaymentKind.BOOKING:
            answer: PaymentAnswer | None = ParkingService.process_booking_payment(
                booking_id=booking_id, gateway_data={}, now=now
            )
        elif kind is PaymentKind.ADDITIONAL and details.stay is not None:
            answer = ParkingService.process_additional_payment(
                session_id=details.stay.session_id, gateway_data={}, now=now
            )
        else:
            hours = _waiting_hours(booking_id)
            answer = ParkingService.extend_booking(booking_id=booking_id, hours=hours, gateway_data={}, now=now).payment
    except PaymentInProgress:
        return redirect("web:waiting", booking_id)
    except ParkingError as refusal:
        return refused(request, refusal, back_to=_form_of(kind), booking_id=booking_id)
    if answer is None:
        return redirect("web:ticket", booking_id)
    return after_payment(request, answer, gettext("The payment went through."))


def _waiting_hours(booking_id: UUID) -> int:
    payment = newest_payment(booking_id=booking_id)
    return (payment.extra_hours if payment else None) or 1


def _form_of(kind: PaymentKind) -> str:
    forms = {
        PaymentKind.BOOKING: "web:pay",
        PaymentKind.ADDITIONAL: "web:overtime",
        PaymentKind.EXTENSION: "web:extend",
    }
    return forms[kind]


# What a provider asks of the payer is told once, in its answer. It is kept for the page that comes next, in a signed
# cookie that is sent to that page alone.


def _keep_next_action(response: HttpResponse, answer: PaymentAnswer) -> None:
    response.set_signed_cookie(
        _NEXT_ACTION,
        json.dumps(dict(answer.next_action)),
        max_age=_NEXT_ACTION_SECONDS,
        path=reverse("web:waiting", args=[answer.booking_id]),
        secure=settings.LIVE,
        httponly=True,
        samesite="Lax",
    )


def _next_action(request: HttpRequest) -> Mapping[str, str]:
    try:
        kept = request.get_signed_cookie(_NEXT_ACTION, default="", max_age=_NEXT_ACTION_SECONDS)
        read = json.loads(kept or "{}")
    except (BadSignature, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
