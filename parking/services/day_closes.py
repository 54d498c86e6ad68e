"""Closing a business day: its money is summed up once, and stays as it was written down."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from typing import Any

from parking.db.locks import lock_site
from parking.db.transactions import use_case
from parking.domain.callers import Caller
from parking.domain.day_closes import refusal_of_close
from parking.domain.errors import DayClosed, InvalidField
from parking.domain.permissions import Permission
from parking.domain.times import format_time, not_before
from parking.models import DayClose
from parking.queries.day_closes import ClosedDay, closed_day
from parking.queries.day_money import MoneyOfDay, money_of_day
from parking.queries.sites import business_day, desk_site, today_of
from parking.services import audit


def close_day(*, day: date, caller: Caller, now: datetime) -> ClosedDay:
    """Write down the money of a day that is over, for good.

    Raises DayNotOver, ShiftsOpen, DayClosed, InvalidField for a day before there was a site.
    """
    caller.require(Permission.DAY_CLOSE)
    site = desk_site()
    if day < today_of(site=site, now=site.created_at).day:
        raise InvalidField(field="day", problem="is before this site began.")
    with use_case():
        site = lock_site(site_id=site.id)
        if DayClose.objects.filter(site=site, day=day).exists():
            raise DayClosed
        money = money_of_day(site=site, day=business_day(site=site, day=day))
        cashiers = [shift.cashier for shift in money.shifts if shift.closed_at is None]
        refusal = refusal_of_close(ends_at=money.ends_at, open_shift_cashiers=cashiers, now=now)
        if refusal is not None:
            raise refusal
        now = not_before(now, *(shift.closed_at for shift in money.shifts))
        row = DayClose.objects.create(
            site=site,
            day=day,
            starts_at=money.starts_at,
            ends_at=money.ends_at,
            currency=money.currency,
            captured_minor=money.captured_minor,
            refunded_minor=money.refunded_minor,
            totals=totals_of(money=money),
            closed_by=caller.label,
            closed_at=now,
        )
        audit.record(
            action="day.closed",
            caller=caller,
            at=now,
            data={
                "day": day.isoformat(),
                "captured_minor": money.captured_minor,
                "refunded_minor": money.refunded_minor,
            },
        )
        return closed_day(row=row)


def totals_of(*, money: MoneyOfDay) -> dict[str, Any]:
    """The day line by line, as JSON: amounts in minor units, times in RFC 3339."""
    sums = {
        "captured_minor": money.captured_minor,
        "refunded_minor": money.refunded_minor,
        "kept_minor": money.kept_minor,
        "tax_minor": money.tax_minor,
    }
    return {**sums, **_plain(money)}


def _plain(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return format_time(moment=value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]
    return value
