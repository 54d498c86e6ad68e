"""What a permit and merchants' codes pay of a stay, and a merchant's codes as an operator reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Sum

from parking.domain.discounts import CodeDiscount
from parking.domain.errors import UnknownMerchant
from parking.domain.permits import PermitDiscount, read_weekly_hours
from parking.domain.states import DiscountKind
from parking.domain.stays import Discount
from parking.models import DiscountCode, Merchant, ParkingBooking, ParkingSession, Permit, Validation

MAX_MERCHANTS: Final = 1000
MAX_CODES: Final = 1000
_MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedCode:
    """A use of a code, as it is stored."""

    validation_id: int
    code: str
    gives: DiscountKind
    value: int
    reserved_minor: int
    granted_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantSummary:
    id: int
    name: str
    created_at: datetime
    closed_at: datetime | None
    codes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSummary:
    """A code, how often it was used, and its money: granted for good, and reserved by stays that go on."""

    code: str
    gives: DiscountKind
    value: int
    at_most_minor: int
    currency: str
    budget_minor: int | None
    max_uses: int | None
    uses: int
    granted_minor: int
    reserved_minor: int
    valid_from: datetime
    valid_until: datetime
    closed_at: datetime | None


def discounts_of(*, booking: ParkingBooking, session: ParkingSession, has_codes: bool) -> tuple[Discount, ...]:
    """The permit's discount, and those of the codes in the order of their use; not a query if there are neither."""
    permit = permit_discount(permit=booking.permit) if booking.permit is not None else None
    if not has_codes:
        return (permit,) if permit else ()
    uses = Validation.objects.select_related("discount").filter(session=session).order_by("id")
    used = [
        UsedCode(
            validation_id=one.id,
            code=one.discount.code,
            gives=DiscountKind(one.discount.kind),
            value=one.discount.value,
            reserved_minor=one.reserved_minor,
            granted_minor=one.granted_minor,
        )
        for one in uses
    ]
    return one_after_another(permit=permit, codes=used)


def one_after_another(*, permit: PermitDiscount | None, codes: Iterable[UsedCode]) -> tuple[Discount, ...]:
    """The permit, then each code, which takes of what the one before it has left."""
    found: list[PermitDiscount | CodeDiscount] = [permit] if permit else []
    for one in codes:
        found.append(
            CodeDiscount(
                validation_id=one.validation_id,
                code=one.code,
                gives=one.gives,
                value=one.value,
                at_most_minor=one.reserved_minor,
                granted_minor=one.granted_minor,
                before=found[-1] if found else None,
            )
        )
    return tuple(found)


def permit_discount(*, permit: Permit) -> PermitDiscount:
    """A permit that was revoked pays for nothing after that."""
    ends = [permit.valid_until, permit.revoked_at] if permit.revoked_at else [permit.valid_until]
    return PermitDiscount(
        hours=read_weekly_hours(definition=permit.weekly_hours), valid_from=permit.valid_from, valid_until=min(ends)
    )


def list_merchants() -> list[MerchantSummary]:
    """By name."""
    counted = Merchant.objects.annotate(n=Count("codes")).order_by("name")[:MAX_MERCHANTS]
    return [
        MerchantSummary(id=one.id, name=one.name, created_at=one.created_at, closed_at=one.closed_at, codes=one.n)
        for one in counted
    ]


def list_codes(*, merchant_id: int) -> list[CodeSummary]:
    """A merchant's codes, the newest first. Raises UnknownMerchant."""
    merchant = _merchant(merchant_id=merchant_id)
    codes = list(DiscountCode.objects.filter(merchant=merchant).order_by("-id")[:MAX_CODES])
    waiting = Validation.objects.filter(discount__merchant=merchant, granted_minor=None)
    sums = waiting.values_list("discount_id").annotate(minor=Sum("reserved_minor"))
    reserved: dict[int, int] = {code_id: int(minor) for code_id, minor in sums}
    return [_summary(code=code, reserved_minor=reserved.get(code.id, 0)) for code in codes]


def currency_of_codes(*, merchant_id: int) -> str:
    """What the amounts of a merchant's codes are in. Raises UnknownMerchant."""
    return _merchant(merchant_id=merchant_id).site.currency


def _merchant(*, merchant_id: int) -> Merchant:
    known = Merchant.objects.select_related("site").filter(id=merchant_id)
    merchant = known.first() if 0 < merchant_id <= _MAX_ID else None
    if merchant is None:
        raise UnknownMerchant
    return merchant


def _summary(*, code: DiscountCode, reserved_minor: int) -> CodeSummary:
    return CodeSummary(
        code=code.code,
        gives=DiscountKind(code.kind),
        value=code.value,
        at_most_minor=code.at_most_minor,
        currency=code.currency,
        budget_minor=code.budget_minor,
        max_uses=code.max_uses,
        uses=code.uses,
        granted_minor=code.spent_minor - reserved_minor,
        reserved_minor=reserved_minor,
        valid_from=code.valid_from,
        valid_until=code.valid_until,
        closed_at=code.closed_at,
    )
