"""Card numbers: recognised so that none is ever kept (promise I22)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_SHORTEST, _LONGEST = 13, 19
_RUN: Final = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){12,}(?![0-9A-Za-z])")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_FIRST_DIGITS: Final = "23456"
"""Of the payment networks; what begins otherwise is a clock, a barcode or a phone."""


def holds_card_number(*, text: str) -> bool:
    """Whether something in the text looks like a card number: 13 to 19 digits that pass the Luhn check."""
    return any(_is_card(run=run) for run in _runs(text=text))


def without_card_numbers(*, text: str) -> str:
    """The text with an asterisk for each digit of what looks like a card number."""
    for run in list(_runs(text=text)):
        if _is_card(run=run):
            text = text.replace(run, re.sub(r"[0-9]", "*", run))
    return text


def _runs(*, text: str) -> Iterator[str]:
    """Runs of digits, also in groups; the ids of our own rows are none."""
    yield from _RUN.findall(_UUID.sub("", text))


def _is_card(*, run: str) -> bool:
    groups = re.split("[ -]", run)
    joined = (
        "".join(groups[first : first + count]) for first in range(len(groups)) for count in range(1, _LONGEST + 1)
    )
    return any(
        _SHORTEST <= len(digits) <= _LONGEST and digits[0] in _FIRST_DIGITS and _passes_luhn(digits=digits)
        for digits in joined
    )


def _passes_luhn(*, digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(int(digit) for digit in digits[-1::-2]) + sum(doubled)) % 10 == 0
