"""Named use cases; each is load, decide (domain), apply, record, in one transaction with its audit row."""

from parking.services.parking import ParkingService

__all__ = ["ParkingService"]
