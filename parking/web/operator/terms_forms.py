"""Forms of prices and rules: a tariff by the hour, any tariff as JSON, a policy, and what a zone sells under."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parking.domain.policy import CancellationBasis
from parking.domain.states import AntiPassback, VehicleClass
from parking.queries.terms import PolicySummary, TariffSummary
from parking.web.operator.forms import AmountField, OfficeForm, amount_text
from parking.web.operator.labels import choices

_LONGEST_NAME: Final = 100
_LONGEST_DEFINITION: Final = 60_000
_MINUTE: Final = 60
_DAY_SECONDS: Final = 24 * 3600


class NamedForm(OfficeForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=_LONGEST_NAME,
        help_text=_("A name that there is gets its next version; a new name begins at 1."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class HourlyForm(NamedForm):
    """So much an hour, and the first minutes beyond an hour free: the specification's tariff."""

    grace_minutes = forms.IntegerField(
        label=_("Grace in minutes"),
        min_value=0,
        max_value=59,
        initial=5,
        help_text=_("So long beyond a full hour costs nothing."),
    )

    minimum_hours = forms.IntegerField(label=_("Hours at least"), min_value=1, max_value=24, initial=1)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rate"] = AmountField(currency=currency, label=_("Price of an hour"))
        self.order_fields(["name", "rate", "grace_minutes", "minimum_hours"])

    def definition(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "kind": "hourly",
            "rate_minor": given["rate"],
            "grace_minutes": given["grace_minutes"],
            "minimum_hours": given["minimum_hours"],
        }


class DefinitionForm(NamedForm):
    """Any tariff, as the data that it is."""

    definition_text = forms.CharField(
        label=_("Definition"),
        max_length=_LONGEST_DEFINITION,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "code"}),
        error_messages={"required": _("Write the definition.")},
    )

    def clean_definition_text(self) -> dict[str, Any]:
        try:
            definition = json.loads(self.cleaned_data["definition_text"])
        except ValueError as error:
            raise forms.ValidationError(gettext("This is no JSON: %(problem)s") % {"problem": error}) from error
        except RecursionError as error:
            raise forms.ValidationError(gettext("This is nested too deep.")) from error
        if not isinstance(definition, dict):
            raise forms.ValidationError(gettext("A definition is an object, in braces."))
        return definition

    def definition(self) -> dict[str, Any]:
        definition: dict[str, Any] = self.cleaned_data["definition_text"]
        return definition


def definition_text(definition: Mapping[str, Any]) -> str:
    """As people read and write it."""
    return json.dumps(definition, indent=2, ensure_ascii=False)


_MINUTES_OF: Final = {
    "hold_minutes": "hold_seconds",
    "early_entry_minutes": "early_entry_seconds",
    "full_refund_minutes": "full_refund_seconds",
    "quote_minutes": "quote_seconds",
    "leave_minutes": "leave_seconds",
}


class PolicyForm(NamedForm):
    """The times and rules of a zone. Tiers of a cancellation are kept as they are; to change them use the API."""

    hold_minutes = forms.IntegerField(
        label=_("Minutes to pay"), min_value=1, max_value=1440, help_text=_("An unpaid booking keeps its slot so long.")
    )
    early_entry_minutes = forms.IntegerField(
        label=_("Minutes to come early"),
        min_value=0,
        max_value=1440,
        help_text=_("Before its start, if a slot is free."),
    )
    full_refund_minutes = forms.IntegerField(
        label=_("Minutes to cancel with all the money back"),
        min_value=0,
        max_value=100_000,
        help_text=_("Counted from paying."),
    )
    quote_minutes = forms.IntegerField(
        label=_("Minutes that an amount stands"), min_value=1, max_value=1440, help_text=_("Told at the exit.")
    )
    leave_minutes = forms.IntegerField(
        label=_("Minutes to drive out"), min_value=1, max_value=1440, help_text=_("After paying what was due.")
    )
    horizon_days = forms.IntegerField(label=_("Days that one can book ahead"), min_value=1, max_value=366)
    cancellation = forms.ChoiceField(label=_("Cancelling a paid booking"))
    anti_passback = forms.ChoiceField(
        label=_("A car that is inside comes again"), choices=lambda: choices(AntiPassback)
    )

    def __init__(self, *args: Any, currency: str, base: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._base = base
        self.fields["limit"] = AmountField(
            currency=currency,
            label=_("What one person may take off alone"),
            help_text=_("Above it a second person must agree."),
        )
        ways = {
            CancellationBasis.AFTER_PAYMENT.value: gettext("All the money back for some minutes after paying"),
            CancellationBasis.NONE.value: gettext("No money back"),
        }
        if base["cancellation_tiers"]:
            ways[CancellationBasis.BEFORE_START.value] = gettext("In tiers by the time before the start")
        self.fields["cancellation"].choices = list(ways.items())  # type: ignore[attr-defined] # of a ChoiceField

    def definition(self) -> dict[str, Any]:
        given = self.cleaned_data
        tiers = self._base["cancellation_tiers"] if given["cancellation"] == CancellationBasis.BEFORE_START else []
        return {
            **self._base,
            **{name: given[field] * _MINUTE for field, name in _MINUTES_OF.items()},
            "booking_horizon_seconds": given["horizon_days"] * _DAY_SECONDS,
            "adjustment_limit_minor": given["limit"],
            "cancellation": given["cancellation"],
            "cancellation_tiers": tiers,
            "anti_passback": given["anti_passback"],
        }


def policy_fields(*, name: str, definition: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """What a policy's form begins with."""
    return {
        "name": name,
        **{field: definition[seconds] // _MINUTE for field, seconds in _MINUTES_OF.items()},
        "horizon_days": definition["booking_horizon_seconds"] // _DAY_SECONDS,
        "limit": amount_text(amount_minor=definition["adjustment_limit_minor"], currency=currency),
        "cancellation": definition["cancellation"],
        "anti_passback": definition["anti_passback"],
    }


class ZoneTermsForm(OfficeForm):
    """What a zone sells under from now on."""

    tariff = forms.TypedChoiceField(label=_("Tariff"), coerce=int, empty_value=None, required=False)
    vehicle_class = forms.TypedChoiceField(
        label=_("For"),
        coerce=VehicleClass,
        empty_value=None,
        required=False,
        help_text=_("A class may have its own tariff."),
    )
    policy = forms.TypedChoiceField(label=_("Policy"), coerce=int, empty_value=None, required=False)

    def __init__(
        self, *args: Any, tariffs: Sequence[TariffSummary], policies: Sequence[PolicySummary], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        stays = ("", gettext("As it is"))
        for field, versions in (("tariff", tariffs), ("policy", policies)):
            named = [(one.id, f"{one.name} · {one.version}") for one in versions]
            self.fields[field].choices = [stays, *named]  # type: ignore[attr-defined] # of a ChoiceField
        classes = [("", gettext("All vehicles")), *choices(VehicleClass)]
        self.fields["vehicle_class"].choices = classes  # type: ignore[attr-defined] # of a ChoiceField

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("tariff") is None and given.get("policy") is None:
            raise forms.ValidationError(_("Choose a tariff, a policy, or both."))
        return given
