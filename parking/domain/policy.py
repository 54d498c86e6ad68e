"""How long things stand, and what a cancellation gives back. A booking keeps the version it was sold under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from parking.domain.errors import InvalidField
from parking.domain.states import AntiPassback

MAX_TIERS: Final = 10
_WHOLE_PERCENT: Final = 100
_LONGEST_SECONDS: Final = 366 * 24 * 3600
_FIELD: Final = "policy"


class CancellationBasis(StrEnum):
    """From what the time is counted that decides how much a cancellation gives back."""

    AFTER_PAYMENT = "after_payment"
    BEFORE_START = "before_start"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationTier:
    """So long before the start, or longer, a cancellation gives back this part of what was paid."""

    seconds_before_start: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The times of the specification, in seconds; the defaults are the readings of DESIGN section 2."""

    hold_seconds: int = 300
    """An unpaid booking keeps its slot for this long."""
    pending_payment_seconds: int = 600
    """A payment begun in time keeps the hold for at most this long beyond it."""
    full_refund_seconds: int = 300
    """Cancelling within this time of paying refunds everything, its last second included; later, nothing."""
    early_entry_seconds: int = 900
    """How long before its start a booking may enter, if a slot is free."""
    quote_seconds: int = 600
    """How long the amount told at the exit stands."""
    leave_seconds: int = 600
    """How long a car may take from paying what was due to driving out."""
    booking_horizon_seconds: int = 30 * 24 * 3600
    """How far ahead a booking may start."""
    adjustment_limit_minor: int = 50_000
    """What one person may take off a stay alone, in minor units; above it a second person must agree."""
    cancellation: CancellationBasis = CancellationBasis.AFTER_PAYMENT
    cancellation_tiers: tuple[CancellationTier, ...] = ()
    """Only with `before_start`: the longest time first. Later than the last tier nothing goes back."""
    anti_passback: AntiPassback = AntiPassback.HARD

    def __post_init__(self) -> None:
        for name in _NUMBERS:
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise ValueError(f"{name} must be a whole number and cannot be negative")
        if (self.cancellation is CancellationBasis.BEFORE_START) != bool(self.cancellation_tiers):
            raise ValueError("cancellation_tiers belong to the cancellation before_start, and it needs some")
        for sooner, later in pairwise(self.cancellation_tiers):
            if later.seconds_before_start >= sooner.seconds_before_start or later.percent > sooner.percent:
                raise ValueError("cancellation_tiers: the longest time comes first, and gives back the most")


_NUMBERS: Final = (
    "hold_seconds",
    "pending_payment_seconds",
    "full_refund_seconds",
    "early_entry_seconds",
    "quote_seconds",
    "leave_seconds",
    "booking_horizon_seconds",
    "adjustment_limit_minor",
)


def policy_definition(*, policy: Policy) -> dict[str, Any]:
    """The stored form of a policy, which `read_policy` reads."""
    tiers = [
        {"seconds_before_start": tier.seconds_before_start, "percent": tier.percent}
        for tier in policy.cancellation_tiers
    ]
    return {one.name: getattr(policy, one.name) for one in fields(policy)} | {
        "cancellation": policy.cancellation.value,
        "cancellation_tiers": tiers,
        "anti_passback": policy.anti_passback.value,
    }


def read_policy(*, definition: Mapping[str, Any]) -> Policy:
    """The policy that a definition describes; what it does not name is as the specification has it.

    Raises InvalidField in words for who wrote it.
    """
    known = {one.name for one in fields(Policy)}
    if unknown := sorted(set(definition) - known):
        raise InvalidField(field=_FIELD, problem=f"{', '.join(unknown)} is not known. There are: {sorted(known)}.")
    values = dict(definition)
    for name in _NUMBERS:
        _check_number(name=name, value=values.get(name, 0))
    values["cancellation"] = _one_of(CancellationBasis, values.get("cancellation", CancellationBasis.AFTER_PAYMENT))
    values["anti_passback"] = _one_of(AntiPassback, values.get("anti_passback", AntiPassback.HARD))
    values["cancellation_tiers"] = _tiers(values.get("cancellation_tiers", []))
    try:
        return Policy(**values)
    except ValueError as error:
        raise InvalidField(field=_FIELD, problem=f"{error}.") from error


def cancellation_refund(
    *, captured_minor: int, paid_at: datetime, starts_at: datetime, now: datetime, policy: Policy
) -> int:
    """Minor units that a cancellation at `now` gives back.

    By the specification ("Cancellation Rules"; DESIGN section 2) all of it, or nothing, counted from payment in whole
    seconds, floored: 300 seconds still refund, 301 do not. An operator may count in tiers before the start instead,
    whole seconds floored too, half a minor unit rounded up, or give nothing back.
    """
    second = timedelta(seconds=1)
    match policy.cancellation:
        case CancellationBasis.AFTER_PAYMENT:
            elapsed_seconds = max(timedelta(0), now - paid_at) // second
            return captured_minor if elapsed_seconds <= policy.full_refund_seconds else 0
        case CancellationBasis.BEFORE_START:
            seconds_left = (starts_at - now) // second
            percent = next(
                (tier.percent for tier in policy.cancellation_tiers if seconds_left >= tier.seconds_before_start), 0
            )
            return (2 * captured_minor * percent + _WHOLE_PERCENT) // (2 * _WHOLE_PERCENT)
        case CancellationBasis.NONE:
            return 0


def _check_number(*, name: str, value: object) -> None:
    most = 10**12 if name.endswith("_minor") else _LONGEST_SECONDS
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise InvalidField(field=f"{_FIELD}.{name}", problem=f"must be a whole number from 0 to {most}.")


def _one_of(choices: type[Any], value: object) -> Any:
    try:
        return choices(value)
    except (ValueError, TypeError):
        names = ", ".join(one.value for one in choices)
        raise InvalidField(field=_FIELD, problem=f"{value!r} is none of {names}.") from None


def _tiers(value: object) -> tuple[CancellationTier, ...]:
    field = f"{_FIELD}.cancellation_tiers"
    if not isinstance(value, list) or len(value) > MAX_TIERS:
        raise InvalidField(field=field, problem=f"must be a list of at most {MAX_TIERS} tiers.")
    return tuple(_tier(field=f"{field}[{number}]", value=one) for number, one in enumerate(value))


def _tier(*, field: str, value: object) -> CancellationTier:
    bounds = {"seconds_before_start": _LONGEST_SECONDS, "percent": _WHOLE_PERCENT}
    if not isinstance(value, dict) or value.keys() != bounds.keys():
        raise InvalidField(field=field, problem="must have seconds_before_start and percent, and nothing else.")
    for name, most in bounds.items():
        if not isinstance(value[name], int) or isinstance(value[name], bool) or not 0 <= value[name] <= most:
            raise InvalidField(field=f"{field}.{name}", problem=f"must be a whole number from 0 to {most}.")
    return CancellationTier(**value)
