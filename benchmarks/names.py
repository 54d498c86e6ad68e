"""The ids, codes and plates of what is laid into the database, each reckoned from its number.

So a request, a row and a statement of `ceiling/functions.sql` name the same booking without looking it up.
"""

from __future__ import annotations

from hashlib import md5
from typing import Final

FIRST_LIVE: Final = 1 << 21
"""History is numbered below it; what a measurement uses up from it on."""
_CODE_STEP: Final = (1 << 40) + 0x5DEECE66D  # odd, so that no two numbers share a code
_CODE_MASK: Final = (1 << 48) - 1


def booking_id(*, number: int) -> str:
    """32 hexadecimal digits in no order, as random ids are: an index cannot profit from neighbours."""
    return md5(b"booking %d" % number, usedforsecurity=False).hexdigest()


def session_id(*, number: int) -> str:
    return md5(b"session %d" % number, usedforsecurity=False).hexdigest()


def payment_id(*, number: int) -> str:
    return md5(b"payment %d" % number, usedforsecurity=False).hexdigest()


def refund_id(*, number: int) -> str:
    return md5(b"refund %d" % number, usedforsecurity=False).hexdigest()


def dashed(*, hexadecimal: str) -> str:
    """A UUID as it is written in answers."""
    h = hexadecimal
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def qr_code(*, number: int) -> str:
    return f"PARK-{(number * _CODE_STEP) & _CODE_MASK:012X}"


def plate(*, number: int) -> str:
    """Of a car that the city knows."""
    return f"KA{number:08}"


def new_plate(*, number: int) -> str:
    """Of a car that nobody has seen before."""
    return f"NW{number:08}"
