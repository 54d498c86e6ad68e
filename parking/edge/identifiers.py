"""What the texts of a request name. A text that can name nothing of ours is unknown, not malformed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from parking.domain.errors import (
    ParkingError,
    UnknownAdjustment,
    UnknownBooking,
    UnknownPayment,
    UnknownRefund,
    UnknownSession,
    UnknownZone,
)

_RFC_3339: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DAY: Final = re.compile(r"20\d{2}-\d{2}-\d{2}", re.ASCII)
CENTURY: Final = range(2000, 2100)
"""The years of which days are taken. At the ends of the calendar, a day more or another time zone is none any more."""
_MAX_DIGITS: Final = 18


def booking_id_of(text: str) -> UUID:
    return _uuid_of(text, unknown=UnknownBooking)


def session_id_of(text: str) -> UUID:
    return _uuid_of(text, unknown=UnknownSession)


def refund_id_of(text: str) -> UUID:
    return _uuid_of(text, unknown=UnknownRefund)


def payment_id_of(text: str) -> UUID:
    return _uuid_of(text, unknown=UnknownPayment)


def adjustment_id_of(text: str) -> UUID:
    return _uuid_of(text, unknown=UnknownAdjustment)


def zone_id_of(text: str) -> int:
    return number_of(text, unknown=UnknownZone)


def number_of(text: str, *, unknown: type[ParkingError]) -> int:
    """The number of a row, as the address names it. Raises `unknown` for a text that cannot be one."""
    if not text.isascii() or not text.isdecimal() or len(text) > _MAX_DIGITS:
        raise unknown
    return int(text)


def moment_of(text: str) -> datetime:
    """The moment in UTC that an RFC 3339 text names. Raises ValueError in words for the client."""
    if _RFC_3339.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise ValueError("must be a time with its offset, such as 2026-01-31T09:00:00+05:30.")


def day_of(text: str) -> date:
    """The day that ``2026-01-31`` names. Raises ValueError in words for the client."""
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError("must be a day of this century, such as 2026-01-31.")


def _uuid_of(text: str, *, unknown: type[ParkingError]) -> UUID:
    """Only the spelling with four hyphens: Python's UUID takes braces, URNs and foreign digits too."""
    try:
        uuid = UUID(text)
    except ValueError:
        raise unknown from None
    if str(uuid) != text.lower():
        raise unknown
    return uuid
