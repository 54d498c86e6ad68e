"""One of each snapshot, to tell stories about; a story changes what it is about with `dataclasses.replace`."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from hypothesis import strategies as st

from parking.domain.bookings import BookingSnapshot
from parking.domain.policy import Policy
from parking.domain.states import BookingStatus, SessionStatus
from parking.domain.stays import StaySnapshot
from parking.domain.tariffs import HourlyTariff
from tests.garage import OPENING, at

RATE: Final = 5000
TARIFF: Final = HourlyTariff(rate_minor=RATE)
POLICY: Final = Policy()

UNPAID: Final = BookingSnapshot(
    status=BookingStatus.CREATED,
    hours=2,
    starts_at=OPENING,
    ends_at=at(minutes=120),
    expires_at=at(minutes=5),
    lapses_at=at(minutes=5),
    paid_at=None,
    captured_minor=0,
)
PAID: Final = BookingSnapshot(
    status=BookingStatus.PAID,
    hours=2,
    starts_at=OPENING,
    ends_at=at(minutes=120),
    expires_at=at(minutes=5),
    lapses_at=at(minutes=120),
    paid_at=OPENING,
    captured_minor=2 * RATE,
)

PARKED: Final = StaySnapshot(
    status=SessionStatus.ACTIVE,
    entry_time=OPENING,
    billed_until=None,
    leave_by=None,
    gate_opened_at=None,
    kept_minor=RATE,
    quote=None,
)
"""In since the opening, with one hour prepaid."""

SECOND: Final = timedelta(seconds=1)
INSTANT: Final = timedelta(microseconds=1)

elapsed_times: Final = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40))
rates: Final = st.integers(min_value=1, max_value=10**8)
prepaid_hours: Final = st.integers(min_value=1, max_value=24)
