"""The QR code of a ticket: ``PARK-`` and 60 random bits in Crockford's base32 (DESIGN section 2)."""

from __future__ import annotations

import re
from string import punctuation
from typing import Final

from parking.domain.cards import without_card_numbers

CODE_PREFIX: Final = "PARK-"
CODE_RANDOM_BITS: Final = 60
_LOGGED_LENGTH: Final = 64
_PLAIN: Final = frozenset(punctuation + " ")
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_CHARACTERS: Final = CODE_RANDOM_BITS // 5
_CODE: Final = re.compile(rf"{CODE_PREFIX}[{_ALPHABET}]{{{_CODE_CHARACTERS}}}")


def qr_code_from_bits(*, bits: int) -> str:
    """Spell 60 bits as a code. The bits come from the caller: the domain has no randomness."""
    if not 0 <= bits < 1 << CODE_RANDOM_BITS:
        raise ValueError("a code has exactly 60 bits")
    shifts = range(CODE_RANDOM_BITS - 5, -1, -5)
    return CODE_PREFIX + "".join(_ALPHABET[(bits >> shift) & 31] for shift in shifts)


def read_qr_code(*, text: str) -> str | None:
    """The code that a scanner read, trimmed and upper-cased, or None if it cannot be one of ours."""
    code = text.strip()
    return code.upper() if code.isascii() and _CODE.fullmatch(code.upper()) else None


def code_to_log(*, text: str) -> str:
    """What a log keeps of what was scanned or typed: a code of ours, or something that was to be one, as it was read.

    Of anything else only the shape: it may be a plate, a card's number or a name, and a log cannot forget (I21, I23).
    """
    kept = text.strip()[:_LOGGED_LENGTH]
    if kept.upper().startswith(CODE_PREFIX):
        return read_qr_code(text=text) or without_card_numbers(text=kept)
    return "".join("#" if one.isdigit() else one if one in _PLAIN else "x" for one in kept)
