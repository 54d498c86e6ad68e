"""Money that is due at the exit, taken while the car waits. It opens nothing: the next scan of the ticket does."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from parking.domain.callers import Caller
from parking.domain.errors import (
    AlreadyPaid,
    InvalidField,
    NoOpenShift,
    NothingDue,
    ParkingError,
    ShiftOpen,
    UnknownSession,
)
from parking.domain.money import parse_amount
from parking.domain.permissions import Permission
from parking.domain.states import ScanType
from parking.edge.identifiers import booking_id_of
from parking.edge.moments import now_of
from parking.queries.cash import desk_currency
from parking.queries.desk import FoundStay, get_stay
from parking.services import ParkingService
from parking.web.attendant import answers, paying
from parking.web.attendant.answers import Answer
from parking.web.attendant.people import posted
from parking.web.attendant.scanning import answered, page_of, with_decoder
from parking.web.attendant.wording import said
from parking.web.pages import staff_page

_MAX_CODE_LENGTH: Final = 64


@with_decoder
@posted(else_to="web:scan-exit")
@staff_page(Permission.STAY_PAY)
def pay(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Take it in cash or by card."""
    stay = _stay(request)
    context: dict[str, Any] = {}
    try:
        payment = paying.take_for_stay(request, caller, session_id=_session_id(stay))
        answer = answers.paid(payment, stay=stay, now=now_of(request))
        context["method"] = request.POST.get("method")
    except NoOpenShift as error:
        answer = answers.to_pay(stay, reason=said(error), error=error)
        context["wants_shift"] = True
    except (NothingDue, AlreadyPaid) as error:
        answer = answers.nothing_due(error, stay=stay)
    except ParkingError as error:
        # What is due may have grown meanwhile (`quote_outdated`): the amount is asked for anew.
        answer = answers.to_pay(_stay(request), reason=said(error), error=error)
    return _answered(request, caller, stay, answer, context)


@with_decoder
@posted(else_to="web:scan-exit")
@staff_page(Permission.CASH_COLLECT)
def open_shift(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Without leaving the car that waits: what is due is asked for again afterwards."""
    stay = _stay(request)
    context: dict[str, Any] = {}
    try:
        opening_float_minor = parse_amount(text=request.POST.get("opening_float", "").strip(), currency=desk_currency())
        ParkingService.open_shift(opening_float_minor=opening_float_minor, caller=caller, now=now_of(request))
        answer = answers.to_pay(stay, reason=gettext("Your shift is open. Now take the money."))
    except ShiftOpen:
        answer = answers.to_pay(stay, reason=gettext("Your shift is open. Now take the money."))
    except InvalidField as error:
        reason = gettext("Write the float as a number, such as 500.00.")
        answer = answers.to_pay(stay, reason=reason, error=error)
        context["wants_shift"] = True
    return _answered(request, caller, stay, answer, context)


def _stay(request: HttpRequest) -> FoundStay:
    return get_stay(booking_id=booking_id_of(request.POST.get("booking_id", "")), now=now_of(request)).found


def _session_id(stay: FoundStay) -> Any:
    if stay.session_id is None:
        raise UnknownSession
    return stay.session_id


def _answered(
    request: HttpRequest, caller: Caller, stay: FoundStay, answer: Answer, context: dict[str, Any]
) -> HttpResponse:
    code = request.POST.get("qr_code", "")[:_MAX_CODE_LENGTH]
    offered = paying.offer(request, booking_id=stay.booking_id, session_id=stay.session_id)
    page = page_of(request, caller, ScanType.EXIT)
    return answered(request, answer, {**page, "qr_code": code, **offered, **context})
