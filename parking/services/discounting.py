"""What discounts took of a stay, written down when it ends."""

from __future__ import annotations

from datetime import datetime

from parking.domain.stays import Bill
from parking.models import ParkingBooking, ParkingSession


def record_granted(*, booking: ParkingBooking, session: ParkingSession, bill: Bill, now: datetime) -> None:
    """Write one adjustment for each discount of the bill."""
