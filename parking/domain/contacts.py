"""The person behind a booking: a name and, if they like, a phone number."""

from __future__ import annotations

import unicodedata
from typing import Final

import phonenumbers

from parking.domain.errors import InvalidField

MAX_NAME_LENGTH: Final = 100
MAX_PHONE_LENGTH: Final = 16
"""A plus and the 15 digits of E.164. Some countries' own plans allow more, which no network must carry."""
_MAX_PHONE_TEXT_LENGTH: Final = 32


def clean_owner_name(*, text: str) -> str:
    """The name, trimmed and in Unicode NFC, 1 to 100 characters; InvalidField for control characters."""
    name = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(name) <= MAX_NAME_LENGTH:
        raise InvalidField(field="owner_name", problem=f"must have 1 to {MAX_NAME_LENGTH} characters.")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in name):
        raise InvalidField(field="owner_name", problem="must not contain control characters.")
    return name


def e164_phone(*, text: str | None, region: str) -> str:
    """The number as E.164 (``"9876543210"`` in region IN is ``"+919876543210"``), or ``""`` if none was given.

    Raises InvalidField when it is no possible phone number.
    """
    if text is None or not text.strip():
        return ""
    if len(text) <= _MAX_PHONE_TEXT_LENGTH:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            pass
        else:
            phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            if phonenumbers.is_possible_number(number) and len(phone) <= MAX_PHONE_LENGTH:
                return phone
    raise InvalidField(field="phone_number", problem="is not a phone number. Leave it out, or write it as dialled.")
