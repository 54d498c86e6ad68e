"""What people in the office type. The rules are the domain's; what it refuses is told at the form."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from parking.domain.errors import InvalidField
from parking.domain.money import currency_exponent, format_amount, parse_amount
from parking.domain.reasons import MAX_REASON_LENGTH
from parking.edge.identifiers import CENTURY

_AS_BROWSERS_SEND: Final = "%Y-%m-%dT%H:%M"
_LONGEST_AMOUNT: Final = 20
_GROUPED: Final = re.compile(r"\d{1,3}(,\d{2,3})*,\d{3}(\.\d+)?", re.ASCII)
"""``1,00,000.00`` and ``100,000.00``. Any other comma may be meant as a decimal point: ``50,00`` is not 5,000."""


class OfficeForm(forms.Form):
    """Tells screen readers what is wrong at a field, and where that is written."""

    use_required_attribute = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class ReasonForm(OfficeForm):
    """Whatever a person decides is written down with why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Say in a few words why.")},
    )


class AmountField(forms.CharField):
    """Money as people write it, read as minor units of `currency`."""

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        digits = currency_exponent(currency=currency)
        widget = forms.TextInput(attrs={"inputmode": "decimal" if digits else "numeric", "autocomplete": "off"})
        super().__init__(max_length=_LONGEST_AMOUNT, widget=widget, **kwargs)
        self.currency = currency

    def clean(self, value: Any) -> int | None:
        text = super().clean(value).strip()
        if _GROUPED.fullmatch(text):
            text = text.replace(",", "")
        if not text:
            return None
        try:
            return parse_amount(text=text, currency=self.currency)
        except InvalidField as error:
            raise forms.ValidationError(_("Write an amount such as 50.00.")) from error


class MomentField(forms.DateTimeField):
    """A day and time at the site."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=[_AS_BROWSERS_SEND],
            widget=forms.DateTimeInput(format=_AS_BROWSERS_SEND, attrs={"type": "datetime-local"}),
            error_messages={"invalid": _("Choose a day and a time.")},
            **kwargs,
        )

    def to_python(self, value: Any) -> datetime | None:
        moment: datetime | None = super().to_python(value)
        if moment is not None and moment.year not in CENTURY:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


def amount_text(*, amount_minor: int, currency: str) -> str:
    """As it is typed: ``50.00``."""
    return format_amount(amount_minor=amount_minor, currency=currency)
