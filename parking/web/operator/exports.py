"""Records taken out as spreadsheets, by a range of days. The administration's export writes them, and who took what."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parking.domain.callers import Caller
from parking.domain.days import DAY
from parking.domain.permissions import Permission
from parking.edge.moments import now_of
from parking.queries.sites import business_day, desk_site, today_of
from parking.services.exports import FileFormat
from parking.web.operator.answers import UNPROCESSABLE
from parking.web.operator.forms import OfficeForm
from parking.web.operator.office import office
from parking.web.pages import staff_page

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_RECORDS: Final[dict[str, tuple[_StrPromise, str]]] = {
    "parkingbooking": (_("Bookings"), "created_at"),
    "parkingsession": (_("Stays"), "entry_time"),
    "payment": (_("Payments"), "created_at"),
    "refund": (_("Refunds"), "created_at"),
    "qrscanlog": (_("Scans"), "scanned_at"),
    "auditevent": (_("Audit trail"), "at"),
}
"""What can be taken out, by the name of its records, with the time that a range of days is about."""
_DAYS_BEFORE: Final = 6


class ExportForm(OfficeForm):
    records = forms.ChoiceField(
        label=_("What"), choices=lambda: [(name, words) for name, (words, _at) in _RECORDS.items()]
    )
    first = forms.DateField(label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    file_format = forms.ChoiceField(
        label=_("As"), choices=[(one.value, one.name) for one in FileFormat], widget=forms.RadioSelect
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "first" in given and "last" in given and given["last"] < given["first"]:
            self.add_error("last", _("Choose a last day that is not before the first."))
        return given


@staff_page(Permission.RECORD_EXPORT)
def exports(request: HttpRequest, caller: Caller) -> HttpResponse:
    today = today_of(site=desk_site(), now=now_of(request)).day
    initial = {"first": today - _DAYS_BEFORE * DAY, "last": today, "file_format": FileFormat.CSV.value}
    if "records" not in request.GET:
        return office(request, "exports.html", {"form": ExportForm(initial=initial)}, caller=caller, here="exports")
    form = ExportForm(request.GET)
    if not form.is_valid():
        return office(request, "exports.html", {"form": form}, caller=caller, here="exports", status=UNPROCESSABLE)
    return redirect(_address(**form.cleaned_data))


def _address(*, records: str, first: date, last: date, file_format: str) -> str:
    site, (_words, at) = desk_site(), _RECORDS[records]
    span = {
        f"{at}__gte": business_day(site=site, day=first).starts_at.isoformat(),
        f"{at}__lt": business_day(site=site, day=last).ends_at.isoformat(),
    }
    return f"{reverse(f'admin:parking_{records}_export_{file_format}')}?{urlencode(span)}"
