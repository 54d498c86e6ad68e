"""A merchant and its codes, for the stories of several files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from parking.domain.callers import SYSTEM
from parking.domain.states import DiscountKind
from parking.models import Merchant
from parking.services import ParkingService
from parking.services.merchants import CodesCreated
from tests.garage import OPENING, at

TIME, AMOUNT, PERCENT = DiscountKind.TIME, DiscountKind.AMOUNT, DiscountKind.PERCENT
NEXT_YEAR = at(minutes=366 * 24 * 60)


def merchant_id(name: str = "Book shop") -> int:
    """The merchant of that name, made if it is new."""
    known = Merchant.objects.filter(name=name).first()
    if known is not None:
        return known.id
    return ParkingService.create_merchant(name=name, caller=SYSTEM, now=OPENING).merchant_id


def new_code(
    gives: DiscountKind,
    value: int,
    *,
    code: str = "SHOP",
    at_most_minor: int | None = 100_000,
    valid_from: datetime = OPENING,
    valid_until: datetime = NEXT_YEAR,
    now: datetime = OPENING,
    **changes: Any,
) -> CodesCreated:
    return ParkingService.create_discount_code(
        merchant_id=changes.pop("merchant_id", None) or merchant_id(),
        gives=gives,
        value=value,
        at_most_minor=at_most_minor,
        valid_from=valid_from,
        valid_until=valid_until,
        code=code,
        caller=SYSTEM,
        now=now,
        **changes,
    )
