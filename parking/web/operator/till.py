"""A cashier's own shift, from the float in the drawer to its count."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from parking.domain.callers import Caller
from parking.domain.errors import NoOpenShift
from parking.domain.permissions import Permission
from parking.edge.moments import now_of
from parking.queries.cash import ShiftReport, desk_currency
from parking.services import ParkingService
from parking.services.shifts import MAX_NOTE_LENGTH
from parking.web import formats
from parking.web.operator.answers import answer
from parking.web.operator.forms import AmountField, OfficeForm
from parking.web.operator.office import office
from parking.web.pages import staff_page


class FloatForm(OfficeForm):
    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["float"] = AmountField(
            currency=currency, label=_("In the drawer now"), help_text=_("Count it before you take the first cash.")
        )


class CountForm(OfficeForm):
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=MAX_NOTE_LENGTH,
        help_text=_("If the count is not what it should be."),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["counted"] = AmountField(currency=currency, label=_("Counted in the drawer"))
        self.order_fields(["counted", "note"])


@staff_page(Permission.CASH_COLLECT)
def shift(request: HttpRequest, caller: Caller) -> HttpResponse:
    return _page(request, caller)


@require_POST
@staff_page(Permission.CASH_COLLECT)
def open_shift(request: HttpRequest, caller: Caller) -> HttpResponse:
    form = FloatForm(request.POST, currency=desk_currency())

    def act() -> str:
        ParkingService.open_shift(opening_float_minor=form.cleaned_data["float"], caller=caller, now=now_of(request))
        return gettext("Your shift is open. You can take and give cash now.")

    return _answer(request, caller, form=form, act=act)


@require_POST
@staff_page(Permission.CASH_COLLECT)
def close_shift(request: HttpRequest, caller: Caller) -> HttpResponse:
    form = CountForm(request.POST, currency=desk_currency())

    def act() -> str:
        given = form.cleaned_data
        report = ParkingService.close_shift(
            counted_minor=given["counted"], note=given["note"], caller=caller, now=now_of(request)
        )
        return _closed_words(report)

    return _answer(request, caller, form=form, act=act)


def _answer(request: HttpRequest, caller: Caller, *, form: forms.Form, act: Any) -> HttpResponse:
    def again(form: forms.Form, status: int) -> HttpResponse:
        return _page(request, caller, form=form, status=status)

    return answer(request, form=form, act=act, done=reverse("web:shift"), again=again)


def _page(request: HttpRequest, caller: Caller, *, form: forms.Form | None = None, status: int = 200) -> HttpResponse:
    try:
        report = ParkingService.current_shift(caller=caller)
    except NoOpenShift:
        report = None
    currency = desk_currency()
    empty = CountForm(currency=currency) if report is not None else FloatForm(currency=currency)
    fits = form is not None and isinstance(form, type(empty))
    shown = {"report": report, "form": form if fits else empty}
    return office(request, "shift.html", shown, caller=caller, here="shift", status=status)


def _closed_words(report: ShiftReport) -> str:
    difference = report.difference_minor or 0
    if not difference:
        return gettext("Your shift is closed, and the drawer is right.")
    amount = formats.money(abs(difference), report.currency)
    if difference > 0:
        return gettext("Your shift is closed. %(amount)s more than expected were counted.") % {"amount": amount}
    return gettext("Your shift is closed. %(amount)s less than expected were counted.") % {"amount": amount}
