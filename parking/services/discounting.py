"""What discounts took of a stay, written down when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import uuid4

from django.db.models import F, Sum

from parking.db.transactions import require_transaction
from parking.domain.callers import SYSTEM
from parking.domain.discounts import CodeDiscount
from parking.domain.states import DISCOUNTS, AdjustmentKind, AdjustmentStatus
from parking.domain.stays import Bill, Taken
from parking.models import Adjustment, DiscountCode, ParkingBooking, ParkingSession, Validation

_MAX_REASON_LENGTH: Final = 200


def record_granted(*, booking: ParkingBooking, session: ParkingSession, bill: Bill, now: datetime) -> None:
    """Write down what the discounts of the bill took, so that the rows of each kind add up to it; spend the codes.

    A stay that was reopened and ends again writes the difference: a permit may pay less of a longer stay, and then
    the row gives some of it back. What a code has granted stands from the first time on.
    """
    require_transaction()
    if not bill.taken:
        return
    for kind in sorted(DISCOUNTS):
        taken = [one for one in bill.taken if one.discount.kind is kind]
        _write_difference(booking=booking, session=session, kind=kind, taken=taken, now=now)
    _spend(taken=bill.taken, until=bill.billed_until)


def _write_difference(
    *, booking: ParkingBooking, session: ParkingSession, kind: AdjustmentKind, taken: list[Taken], now: datetime
) -> None:
    if not taken:
        return
    rows = Adjustment.objects.filter(session=session, kind=kind, status=AdjustmentStatus.APPROVED)
    written_minor: int = rows.aggregate(minor=Sum("amount_minor"))["minor"] or 0
    difference_minor = -sum(one.amount_minor for one in taken) - written_minor
    if difference_minor == 0:
        return
    Adjustment.objects.create(
        id=uuid4(),
        booking=booking,
        session=session,
        kind=kind,
        status=AdjustmentStatus.APPROVED,
        amount_minor=difference_minor,
        currency=booking.currency,
        reason=_reason(booking=booking, taken=taken),
        proposed_by=SYSTEM.label,
        decided_by=SYSTEM.label,
        created_at=now,
        decided_at=now,
    )


def _reason(*, booking: ParkingBooking, taken: Iterable[Taken]) -> str:
    codes = [one.discount.code for one in taken if isinstance(one.discount, CodeDiscount)]
    return f"codes {', '.join(codes)}"[:_MAX_REASON_LENGTH] if codes else f"permit {booking.permit_id}"


def _spend(*, taken: Iterable[Taken], until: datetime) -> None:
    """Each code pays what it granted; what it had reserved beyond that is its budget's again."""
    granted = {one.discount.validation_id: one for one in taken if isinstance(one.discount, CodeDiscount)}
    if not granted:
        return
    # In the order of the codes, so that two stays that end at once do not wait for each other.
    for validation in Validation.objects.filter(id__in=granted).order_by("discount_id"):
        amount_minor = granted[validation.id].amount_minor
        if validation.granted_minor == amount_minor:
            continue
        held_minor = validation.reserved_minor if validation.granted_minor is None else validation.granted_minor
        validation.granted_minor, validation.granted_until = amount_minor, until
        validation.save(update_fields=["granted_minor", "granted_until"])
        DiscountCode.objects.filter(id=validation.discount_id).update(
            spent_minor=F("spent_minor") + amount_minor - held_minor
        )
