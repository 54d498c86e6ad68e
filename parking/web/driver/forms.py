"""What a driver types, read and explained at its field. The rules are the domain's; the words are for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

from parking.domain.contacts import MAX_NAME_LENGTH, clean_owner_name, e164_phone
from parking.domain.errors import InvalidField, ParkingError
from parking.domain.plates import canonical_plate
from parking.domain.states import VehicleClass
from parking.domain.tariffs import MAX_BOOKED_HOURS
from parking.edge.identifiers import CENTURY
from parking.queries.zones import ZoneStatus
from parking.web.words import told

NOW: Final = "now"
LATER: Final = "later"
_LONGEST_TYPED: Final = 32
_AS_BROWSERS_SEND: Final = "%Y-%m-%dT%H:%M"

CLASS_WORDS: Final[dict[VehicleClass, _StrPromise]] = {
    VehicleClass.MOTORCYCLE: _("Motorcycle"),
    VehicleClass.CAR: _("Car"),
    VehicleClass.VAN: _("Van"),
    VehicleClass.TRUCK: _("Truck"),
    VehicleClass.BUS: _("Bus"),
}
_WRONG_PLATE: Final = _("Write it as on the plate: 2 to 12 letters A to Z and digits.")
_WRONG_HOURS: Final = _("Choose 1 to 24 whole hours.")
WRONG_START: Final = _("Choose a day and time from now on that is not too far ahead, such as tomorrow at nine.")
_FIELD_OF: Final = {
    "vehicle_number": "plate",
    "owner_name": "owner",
    "phone_number": "phone",
    "starts_at": "starts_at",
    "from": "starts_at",
    "to": "starts_at",
    "hours": "hours",
    "vehicle_busy": "plate",
    "zone_full": "zone",
    "unknown_zone": "zone",
}
"""Where on the form a refusal belongs: by the field that it names, else by its code."""


def _checked(rule: Callable[..., str], *, problem: _StrPromise, **arguments: Any) -> str:
    try:
        return rule(**arguments)
    except InvalidField as error:
        raise forms.ValidationError(problem) from error


class _Described(forms.Form):
    """Tells screen readers what is wrong at a field, and where that is written."""

    use_required_attribute = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class _LocalMoment(forms.DateTimeField):
    """By the site's clock, which leaves an hour out in spring and has one twice in autumn: neither can be meant."""

    def to_python(self, value: Any) -> datetime | None:
        try:
            moment: datetime | None = super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(WRONG_START, code="invalid") from error
        if moment is not None and moment.year not in CENTURY:
            raise forms.ValidationError(WRONG_START, code="invalid")
        return moment


class VisitForm(_Described):
    """Where, when and how long: all that a price depends on."""

    zone = forms.TypedChoiceField(
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a zone."), "invalid_choice": _("Choose a zone.")},
    )
    start = forms.ChoiceField(choices=[(NOW, _("Now")), (LATER, _("Later"))], widget=forms.RadioSelect, required=False)
    starts_at = _LocalMoment(
        label=_("Day and time"),
        input_formats=[_AS_BROWSERS_SEND],
        required=False,
        widget=forms.DateTimeInput(format=_AS_BROWSERS_SEND, attrs={"type": "datetime-local"}),
    )
    hours = forms.IntegerField(
        label=_("How many hours?"),
        min_value=1,
        max_value=MAX_BOOKED_HOURS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _WRONG_HOURS),
    )
    vehicle_class = forms.TypedChoiceField(label=_("Kind of vehicle"), coerce=VehicleClass, required=False)

    def __init__(self, *args: Any, zones: Iterable[ZoneStatus], classes: Iterable[VehicleClass], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zones = list(zones)
        self.fields["zone"].choices = [(zone.id, zone.name) for zone in self.zones]  # type: ignore[attr-defined]
        offered = sorted({VehicleClass.CAR, *classes}, key=list(VehicleClass).index)
        self.fields["vehicle_class"].choices = [(one.value, CLASS_WORDS[one]) for one in offered]  # type: ignore[attr-defined]
        if len(offered) == 1:
            del self.fields["vehicle_class"]

    def clean_starts_at(self) -> datetime | None:
        """Only of a start later; what else stands in the field does not matter."""
        if self.cleaned_data.get("start") != LATER:
            return None
        starts_at: datetime | None = self.cleaned_data["starts_at"]
        if starts_at is None:
            raise forms.ValidationError(_("Choose the day and time at which you come."))
        return starts_at

    @property
    def visit(self) -> dict[str, Any]:
        """As the quotes and the booking ask for it."""
        return {
            "zone_id": self.cleaned_data["zone"],
            "hours": self.cleaned_data["hours"],
            "starts_at": self.cleaned_data["starts_at"],
            "vehicle_class": self.cleaned_data.get("vehicle_class") or VehicleClass.CAR,
        }


class BookingForm(VisitForm):
    """The visit, the vehicle and its driver."""

    plate = forms.CharField(
        label=_("Number plate"),
        max_length=_LONGEST_TYPED,
        widget=forms.TextInput(
            attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false", "class": "plate-input"}
        ),
        error_messages={"required": _WRONG_PLATE, "max_length": _WRONG_PLATE},
    )
    owner = forms.CharField(
        label=_("Your name"),
        max_length=MAX_NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name, so that we know whose booking it is.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=_LONGEST_TYPED,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_("Only used if something is wrong with your booking."),
    )

    def clean_plate(self) -> str:
        return _checked(canonical_plate, problem=_WRONG_PLATE, text=self.cleaned_data["plate"])

    def clean_owner(self) -> str:
        problem = _("Write a name of 1 to 100 ordinary characters.")
        return _checked(clean_owner_name, problem=problem, text=self.cleaned_data["owner"])

    def clean_phone(self) -> str:
        problem = _("This is no phone number. Write it as you dial it, or leave it out.")
        region = settings.PARKING_PHONE_REGION
        return _checked(e164_phone, problem=problem, text=self.cleaned_data["phone"], region=region)

    def refuse(self, error: ParkingError) -> None:
        """Show a refusal of the service where it belongs."""
        named = str(error.details.get("field", ""))
        field = _FIELD_OF.get(named) or _FIELD_OF.get(error.code)
        words: _StrPromise | str = told(error)
        if isinstance(error, InvalidField):
            words = {"starts_at": WRONG_START, "hours": _WRONG_HOURS, "plate": _WRONG_PLATE}.get(field or "", words)
        self.add_error(field, forms.ValidationError(words))


class PlateForm(_Described):
    plate = BookingForm.base_fields["plate"]

    def clean_plate(self) -> str:
        return _checked(canonical_plate, problem=_WRONG_PLATE, text=self.cleaned_data["plate"])


class HoursForm(_Described):
    hours = forms.IntegerField(
        label=_("How many hours more?"),
        min_value=1,
        max_value=MAX_BOOKED_HOURS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _WRONG_HOURS),
    )
