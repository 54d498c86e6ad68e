"""Records of some days taken out as a spreadsheet. Who takes what is written down."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from parking.domain.callers import Caller
from parking.domain.days import DAY
from parking.domain.errors import ParkingError
from parking.domain.permissions import Permission
from parking.edge.identifiers import CENTURY
from parking.edge.moments import now_of
from parking.queries.sites import desk_site, today_of
from parking.services import ParkingService
from parking.services.exports import FileFormat
from parking.services.record_exports import ExportFile, Records
from parking.web.operator.answers import UNPROCESSABLE
from parking.web.operator.forms import OfficeForm
from parking.web.operator.office import office
from parking.web.pages import staff_page
from parking.web.words import told

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_WORDS: Final[dict[Records, _StrPromise]] = {
    Records.BOOKINGS: _("Bookings"),
    Records.STAYS: _("Stays"),
    Records.PAYMENTS: _("Payments"),
    Records.REFUNDS: _("Refunds"),
    Records.SCANS: _("Scans"),
    Records.RECEIPTS: _("Receipts"),
    Records.SHIFTS: _("Shifts"),
    Records.DAY_CLOSES: _("Days that were closed"),
}
_DAYS_BEFORE: Final = 6


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **kwargs)

    def to_python(self, value: Any) -> date | None:
        day: date | None = super().to_python(value)
        if day is not None and day.year not in CENTURY:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class ExportForm(OfficeForm):
    records = forms.TypedChoiceField(
        label=_("What"), coerce=Records, choices=lambda: [(one.value, words) for one, words in _WORDS.items()]
    )
    first = DayField(label=_("First day"))
    last = DayField(label=_("Last day"))
    file_format = forms.TypedChoiceField(
        label=_("As"),
        coerce=FileFormat,
        choices=[(one.value, one.name) for one in FileFormat],
        widget=forms.RadioSelect,
    )


@staff_page(Permission.RECORD_EXPORT)
def exports(request: HttpRequest, caller: Caller) -> HttpResponse:
    today = today_of(site=desk_site(), now=now_of(request)).day
    initial = {"first": today - _DAYS_BEFORE * DAY, "last": today, "file_format": FileFormat.CSV.value}
    return _page(request, caller, ExportForm(initial=initial))


@staff_page(Permission.RECORD_EXPORT)
def download(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Sent as it is read, however many rows there are."""
    form = ExportForm(request.GET)
    if not form.is_valid():
        return _page(request, caller, form, status=UNPROCESSABLE)
    given = form.cleaned_data
    try:
        file = ParkingService.export_records(
            records=given["records"],
            first_day=given["first"],
            last_day=given["last"],
            file_format=given["file_format"],
            caller=caller,
            now=now_of(request),
        )
    except ParkingError as refusal:
        form.add_error("last", told(refusal))
        return _page(request, caller, form, status=refusal.status)
    return _sent(file, is_on_disk=given["file_format"] is FileFormat.XLSX)


def _page(request: HttpRequest, caller: Caller, form: forms.Form, *, status: int = 200) -> HttpResponse:
    return office(request, "exports.html", {"form": form}, caller=caller, here="exports", status=status)


def _sent(file: ExportFile, *, is_on_disk: bool) -> HttpResponse:
    sent = FileResponse if is_on_disk else StreamingHttpResponse
    named = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    # What decorates a view knows of pages only; a file passes through as it is.
    return cast("HttpResponse", sent(file.content, content_type=file.content_type, headers=named))
