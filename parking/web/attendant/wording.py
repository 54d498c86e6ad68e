"""A refusal as people at the gate read it: a field that cannot be used is told in words, not by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from parking.domain.errors import ParkingError
from parking.web.words import told

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_FIELDS: Final[Mapping[str, _StrPromise]] = {
    "reason": _("Say in a few words why you do this."),
    "amount": _("Write the amount as a number above nothing, such as 50.00."),
    "opening_float": _("Write the amount as a number, such as 500.00."),
    "counted": _("Write the amount as a number, such as 500.00."),
    "counted_inside": _("Write the cars counted as a whole number."),
    "device_id": _("This name is taken or cannot be used. Choose another one."),
    "q": _("Write a plate, a code, a phone number or a receipt."),
    "close_stay": _("Say what becomes of the stay."),
}


def said(error: ParkingError) -> str:
    field = error.details.get("field")
    return str(_FIELDS.get(field) or told(error)) if isinstance(field, str) else told(error)
