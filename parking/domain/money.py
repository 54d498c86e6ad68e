"""Money is an integer of minor units and an ISO 4217 code, never a float (DESIGN section 2, promise I9)."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Final

from babel.numbers import get_currency_precision, list_currencies

from parking.domain.errors import InvalidField

MAX_AMOUNT_MINOR: Final = 10**12
"""The largest amount any row may hold: ten thousand million rupees. Beyond it something is broken."""

# No sign, exponent, blank or foreign digit: all of these Decimal would read. Its arithmetic is exact to 28 digits.
_PLAIN_DECIMAL: Final = re.compile(r"[0-9]{1,20}(\.[0-9]{1,4})?")


@cache
def currency_exponent(*, currency: str) -> int:
    """How many digits follow the decimal point in `currency` (INR 2, JPY 0, KWD 3), by Babel's CLDR table.

    Raises InvalidField for a code that is not a currency.
    """
    if currency not in list_currencies():
        raise InvalidField(field="currency", problem=f"{currency!r} is not an ISO 4217 currency code.")
    return get_currency_precision(currency)


def format_amount(*, amount_minor: int, currency: str) -> str:
    """The amount as the decimal string of the API: 10000 minor units of INR are ``"100.00"``."""
    exponent = currency_exponent(currency=currency)
    return f"{Decimal(amount_minor).scaleb(-exponent):.{exponent}f}"


def parse_amount(*, text: str, currency: str) -> int:
    """Minor units of a decimal string such as ``"50.00"``.

    Raises InvalidField when the text is no plain decimal number, has more digits than the currency, is
    negative, or is larger than any amount may be.
    """
    if not _PLAIN_DECIMAL.fullmatch(text):
        raise InvalidField(field="amount", problem="is not a plain decimal number, such as 50.00.")
    scaled = Decimal(text).scaleb(currency_exponent(currency=currency))
    if scaled != scaled.to_integral_value():
        raise InvalidField(field="amount", problem=f"{text!r} has more digits than {currency} has.")
    if scaled > MAX_AMOUNT_MINOR:
        raise InvalidField(field="amount", problem=f"{text!r} is out of range.")
    return int(scaled)
