"""A cashier's drawer: the shift from its float to its count, and cash that waits for its owners."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from parking.domain.callers import Caller
from parking.domain.errors import NoOpenShift, ParkingError
from parking.domain.money import parse_amount
from parking.domain.permissions import Permission
from parking.edge.identifiers import refund_id_of
from parking.edge.moments import now_of
from parking.queries.cash import ShiftReport, desk_currency
from parking.services import ParkingService
from parking.web import formats
from parking.web.attendant.people import posted
from parking.web.attendant.wording import said
from parking.web.pages import show, staff_page


@staff_page(Permission.CASH_COLLECT)
def drawer(request: HttpRequest, caller: Caller) -> HttpResponse:
    waiting = ParkingService.cash_to_hand_back(caller=caller)
    shown = {"shift": _shift(caller), "waiting": waiting, "currency": desk_currency()}
    return show(request, "attendant/drawer.html", shown)


@posted(else_to="web:drawer")
@staff_page(Permission.CASH_COLLECT)
def open_shift(request: HttpRequest, caller: Caller) -> HttpResponse:
    def begin() -> str:
        shift = ParkingService.open_shift(
            opening_float_minor=_amount(request, "opening_float"), caller=caller, now=now_of(request)
        )
        amount = formats.money(shift.drawer.opening_float_minor, shift.currency)
        return gettext("Your shift is open with %(amount)s in the drawer.") % {"amount": amount}

    return _done(request, begin)


@posted(else_to="web:drawer")
@staff_page(Permission.CASH_COLLECT)
def close_shift(request: HttpRequest, caller: Caller) -> HttpResponse:
    def end() -> str:
        shift = ParkingService.close_shift(
            counted_minor=_amount(request, "counted"),
            note=request.POST.get("note", "").replace("\0", ""),
            caller=caller,
            now=now_of(request),
        )
        return _closed(shift)

    return _done(request, end)


@posted(else_to="web:drawer")
@staff_page(Permission.CASH_COLLECT)
def hand_back(request: HttpRequest, caller: Caller) -> HttpResponse:
    def give() -> str:
        refund = ParkingService.hand_back_cash(
            refund_id=refund_id_of(request.POST.get("refund_id", "")), caller=caller, now=now_of(request)
        )
        amount = formats.money(refund.amount_minor, refund.currency)
        return gettext("Give %(amount)s to the driver of %(plate)s.") % {"amount": amount, "plate": refund.plate}

    return _done(request, give)


def _done(request: HttpRequest, use_case: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, use_case())
    except ParkingError as refusal:
        messages.error(request, said(refusal))
    return redirect("web:drawer")


def _shift(caller: Caller) -> ShiftReport | None:
    try:
        return ParkingService.current_shift(caller=caller)
    except NoOpenShift:
        return None


def _amount(request: HttpRequest, name: str) -> int:
    return parse_amount(text=request.POST.get(name, "").strip(), currency=desk_currency())


def _closed(shift: ShiftReport) -> str:
    difference = shift.difference_minor or 0
    amount = {"amount": formats.money(abs(difference), shift.currency)}
    if difference < 0:
        return gettext("Your shift is closed. %(amount)s is missing; that is written down.") % amount
    if difference > 0:
        return gettext("Your shift is closed. %(amount)s is too much; that is written down.") % amount
    return gettext("Your shift is closed. The drawer is right.")
