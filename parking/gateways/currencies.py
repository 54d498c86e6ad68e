"""Which currencies a provider counts in the same minor units as we do: the others must not be charged through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from parking.domain.money import currency_exponent

# https://docs.stripe.com/currencies: these have no minor unit there. ISK and UGX have none either, but Stripe still
# counts them in hundredths, so that 500 ISK of ours would be charged as 5.
_STRIPE_WITHOUT_MINOR_UNIT: Final = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_STRIPE_WHOLE_HUNDREDTHS: Final = frozenset({"HUF", "TWD", "ISK", "UGX"})
"""Paid out, or charged, in whole units only, though counted in hundredths."""


def _stripe_takes(currency: str) -> bool:
    exponent = currency_exponent(currency=currency)
    if currency in _STRIPE_WHOLE_HUNDREDTHS:
        return False
    return exponent == 0 if currency in _STRIPE_WITHOUT_MINOR_UNIT else exponent == 2


def _razorpay_takes(currency: str) -> bool:
    # Three decimals are rounded to ten there; of currencies without decimals it says too little to rely on.
    return currency_exponent(currency=currency) == 2


_TAKES: Final[Mapping[str, Callable[[str], bool]]] = {"stripe": _stripe_takes, "razorpay": _razorpay_takes}


def takes_currency(*, provider: str, currency: str) -> bool:
    """Whether amounts in `currency` mean the same to the provider as to us."""
    takes = _TAKES.get(provider)
    return takes is None or takes(currency)
