"""When a person may be forgotten, and what stands where their plate stood (promise I23).

What is left names nobody: amounts, times, zone and slot of a stay that is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from parking.domain.states import SessionStatus

_PREFIX: Final = "ANON"
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHARACTERS: Final = 8
PLATE_RANDOM_BITS: Final = 5 * _CHARACTERS
_LEFT_UNSEEN: Final = timedelta(days=1)
"""A car that paid, and for which no gate opened so long after its time to leave was over, has left unseen."""


class Obstacle(StrEnum):
    """Why a booking, or a car, must keep its name for now."""

    LIVE = "live"
    MONEY_ON_ITS_WAY = "money_on_its_way"
    REFUND_WAITING = "refund_waiting"
    SECOND_PERSON_WAITING = "second_person_waiting"
    PERMIT = "permit"


OBSTACLES_IN_WORDS: Final = {
    Obstacle.LIVE: "A booking or stay is not over yet.",
    Obstacle.MONEY_ON_ITS_WAY: "A payment is on its way, or may still arrive.",
    Obstacle.REFUND_WAITING: "A refund has not gone through yet.",
    Obstacle.SECOND_PERSON_WAITING: "An adjustment waits for a second person. Decide it first.",
    Obstacle.PERMIT: "The car is on a permit. Take it off the permit first.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFacts:
    """What of a booking speaks for or against erasing who it was."""

    closed_at: datetime | None
    session_status: SessionStatus | None
    gate_opened_at: datetime | None
    leave_by: datetime | None
    has_money_on_its_way: bool
    has_refund_waiting: bool
    has_adjustment_waiting: bool


def obstacle_of(*, booking: BookingFacts, now: datetime) -> Obstacle | None:
    """The first reason not to anonymise the booking yet; None if it may be. While money is due a stay is not over."""
    if booking.closed_at is None or not _has_left(booking=booking, now=now):
        return Obstacle.LIVE
    if booking.has_money_on_its_way:
        return Obstacle.MONEY_ON_ITS_WAY
    if booking.has_refund_waiting:
        return Obstacle.REFUND_WAITING
    return Obstacle.SECOND_PERSON_WAITING if booking.has_adjustment_waiting else None


def nobodys_plate(*, bits: int) -> str:
    """Spell 40 random bits as a canonical plate that no car has: ``"ANON7K3M0QZX"``."""
    if not 0 <= bits < 1 << PLATE_RANDOM_BITS:
        raise ValueError(f"a plate of nobody has exactly {PLATE_RANDOM_BITS} bits")
    shifts = range(PLATE_RANDOM_BITS - 5, -1, -5)
    return _PREFIX + "".join(_ALPHABET[(bits >> shift) & 31] for shift in shifts)


def _has_left(*, booking: BookingFacts, now: datetime) -> bool:
    if booking.session_status is None or booking.gate_opened_at is not None:
        return True
    if booking.session_status is not SessionStatus.COMPLETED or booking.leave_by is None:
        return False
    return booking.leave_by + _LEFT_UNSEEN <= now
