"""Why a person did something, in their own words."""

from __future__ import annotations

from typing import Final

from parking.domain.cards import without_card_numbers
from parking.domain.errors import InvalidField

MAX_REASON_LENGTH: Final = 200


def clean_reason(*, text: str) -> str:
    """The reason as it is kept: trimmed, and without card numbers (promise I22). Raises InvalidField if it is empty,
    too long or not printable."""
    reason = text.strip()
    if not reason or len(reason) > MAX_REASON_LENGTH or not reason.isprintable():
        raise InvalidField(
            field="reason", problem=f"must say in 1 to {MAX_REASON_LENGTH} printable characters why you do this."
        )
    return without_card_numbers(text=reason)
