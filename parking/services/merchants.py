"""Merchants and their discount codes, as the operator sets them up."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from parking.db.locks import lock_discount
from parking.db.transactions import use_case
from parking.domain.callers import Caller
from parking.domain.codes import CODE_PREFIX, CODE_RANDOM_BITS, qr_code_from_bits
from parking.domain.discounts import canonical_code, check_terms
from parking.domain.errors import Conflict, InvalidField, NotFound, UnknownDiscount, UnknownMerchant
from parking.domain.money import MAX_AMOUNT_MINOR
from parking.domain.permissions import Permission
from parking.domain.states import DiscountKind
from parking.models import DiscountCode, Merchant, ParkingSite
from parking.services import audit

MAX_BATCH: Final = 1000
MAX_USES: Final = 1_000_000
_LONGEST_VALIDITY: Final = timedelta(days=3660)
_MAX_NAME_LENGTH: Final = 100
_MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantCreated:
    merchant_id: int
    name: str
    currency: str
    """What the budgets of its codes are in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesCreated:
    """Codes that give the same. A code is kept as it is: who knows it may use it."""

    codes: Sequence[str]
    at_most_minor: int
    currency: str


def create_merchant(*, name: str, caller: Caller, now: datetime) -> MerchantCreated:
    """Raises InvalidField, also for a name that another merchant has."""
    caller.require(Permission.MERCHANT_MANAGE)
    if not 1 <= len(name) <= _MAX_NAME_LENGTH or not name.isprintable() or name != name.strip():
        raise InvalidField(field="name", problem=f"must have 1 to {_MAX_NAME_LENGTH} printable characters.")
    with use_case():
        site = ParkingSite.objects.order_by("id").first()
        if site is None:
            raise NotFound("There is no site yet. Run: manage.py setup_parking_system", code="no_site")
        if Merchant.objects.filter(site=site, name=name).exists():
            raise InvalidField(field="name", problem="is taken. Choose another.")
        merchant = Merchant.objects.create(site=site, name=name, created_at=now)
        audit.record(action="merchant.created", caller=caller, at=now, data={"merchant_id": merchant.id, "name": name})
    return MerchantCreated(merchant_id=merchant.id, name=name, currency=site.currency)


def close_merchant(*, merchant_id: int, caller: Caller, now: datetime) -> None:
    """Let its codes be used no more; what stays have already reserved stands. A second time changes nothing.

    Raises UnknownMerchant.
    """
    caller.require(Permission.MERCHANT_MANAGE)
    with use_case():
        merchant = _merchant(merchant_id=merchant_id)
        if Merchant.objects.filter(id=merchant.id, closed_at=None).update(closed_at=now):
            audit.record(action="merchant.closed", caller=caller, at=now, data={"merchant_id": merchant.id})


def create_discount_code(
    *,
    merchant_id: int,
    gives: DiscountKind,
    value: int,
    at_most_minor: int | None = None,
    budget_minor: int | None = None,
    max_uses: int | None = None,
    valid_from: datetime,
    valid_until: datetime,
    code: str | None = None,
    caller: Caller,
    now: datetime,
) -> CodesCreated:
    """A code of the merchant's; without `code` a random one. `value` is minutes, minor units or basis points.

    One use takes at most `at_most_minor`, and all uses together at most `budget_minor`. Raises UnknownMerchant,
    Conflict for a merchant that is closed, InvalidField.
    """
    caller.require(Permission.MERCHANT_MANAGE)
    own_code = _random_code() if code is None else canonical_code(text=code)
    if own_code is None:
        raise InvalidField(field="code", problem="must have 4 to 32 letters, digits and hyphens.")
    limit_minor = check_terms(gives=gives, value=value, at_most_minor=at_most_minor)
    if budget_minor is not None and not limit_minor <= budget_minor <= MAX_AMOUNT_MINOR:
        raise InvalidField(field="budget", problem="must be enough for one use, and in bounds.")
    if max_uses is not None and not 1 <= max_uses <= MAX_USES:
        raise InvalidField(field="max_uses", problem=f"must be a whole number from 1 to {MAX_USES}.")
    _check_validity(valid_from=valid_from, valid_until=valid_until, now=now)
    row = DiscountCode(
        code=own_code,
        kind=gives,
        value=value,
        at_most_minor=limit_minor,
        budget_minor=budget_minor,
        max_uses=max_uses,
        valid_from=valid_from,
        valid_until=valid_until,
        created_at=now,
    )
    return _create(merchant_id=merchant_id, rows=[row], caller=caller, now=now)


def create_discount_batch(
    *,
    merchant_id: int,
    count: int,
    gives: DiscountKind,
    value: int,
    at_most_minor: int | None = None,
    valid_from: datetime,
    valid_until: datetime,
    caller: Caller,
    now: datetime,
) -> CodesCreated:
    """`count` random codes, each of which may be used once. Raises UnknownMerchant, Conflict, InvalidField."""
    caller.require(Permission.MERCHANT_MANAGE)
    if not 1 <= count <= MAX_BATCH:
        raise InvalidField(field="count", problem=f"must be a whole number from 1 to {MAX_BATCH}.")
    limit_minor = check_terms(gives=gives, value=value, at_most_minor=at_most_minor)
    _check_validity(valid_from=valid_from, valid_until=valid_until, now=now)
    rows = [
        DiscountCode(
            code=_random_code(),
            kind=gives,
            value=value,
            at_most_minor=limit_minor,
            max_uses=1,
            valid_from=valid_from,
            valid_until=valid_until,
            created_at=now,
        )
        for _ in range(count)
    ]
    return _create(merchant_id=merchant_id, rows=rows, caller=caller, now=now)


def close_discount_code(*, merchant_id: int, code: str, caller: Caller, now: datetime) -> None:
    """Let the code be used no more. A second time changes nothing. Raises UnknownDiscount."""
    caller.require(Permission.MERCHANT_MANAGE)
    with use_case():
        canonical = canonical_code(text=code)
        discount = lock_discount(code=canonical) if canonical else None
        if discount is None or discount.merchant_id != merchant_id:
            raise UnknownDiscount
        if discount.closed_at is None:
            DiscountCode.objects.filter(id=discount.id).update(closed_at=now)
            audit.record(action="discount.closed", caller=caller, at=now, data={"discount_id": discount.id})


def _create(*, merchant_id: int, rows: list[DiscountCode], caller: Caller, now: datetime) -> CodesCreated:
    with use_case():
        merchant = _merchant(merchant_id=merchant_id)
        if merchant.closed_at is not None:
            raise Conflict("This merchant is closed, and can have no more codes.")
        if DiscountCode.objects.filter(code__in=[row.code for row in rows]).exists():
            raise InvalidField(field="code", problem="is taken. Choose another.")
        for row in rows:
            row.merchant, row.currency = merchant, merchant.site.currency
        DiscountCode.objects.bulk_create(rows)
        first = rows[0]
        data = {
            "merchant_id": merchant.id,
            "count": len(rows),
            "gives": first.kind,
            "value": first.value,
            "at_most_minor": first.at_most_minor,
            "budget_minor": first.budget_minor,
            "max_uses": first.max_uses,
        }
        audit.record(action="discount.created", caller=caller, at=now, data=data)
    return CodesCreated(
        codes=tuple(row.code for row in rows), at_most_minor=first.at_most_minor, currency=first.currency
    )


def _merchant(*, merchant_id: int) -> Merchant:
    known = Merchant.objects.select_related("site").filter(id=merchant_id)
    merchant = known.first() if 0 < merchant_id <= _MAX_ID else None
    if merchant is None:
        raise UnknownMerchant
    return merchant


def _random_code() -> str:
    """As hard to guess as a ticket, and no ticket."""
    return qr_code_from_bits(bits=secrets.randbits(CODE_RANDOM_BITS)).removeprefix(CODE_PREFIX)


def _check_validity(*, valid_from: datetime, valid_until: datetime, now: datetime) -> None:
    if valid_until <= max(valid_from, now):
        raise InvalidField(field="valid_until", problem="must be later than valid_from, and in the future.")
    if valid_until - valid_from > _LONGEST_VALIDITY:
        raise InvalidField(field="valid_until", problem=f"must be at most {_LONGEST_VALIDITY.days} days later.")
