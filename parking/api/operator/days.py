"""Business days: their money as it stands, and as it was when they were closed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from parking.api import documentation
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY
from parking.api.request_schemas import DayText, strict
from parking.api.response_schemas import Amount, Answer, AnswerWithMessage, Currency, Moment
from parking.domain import errors
from parking.domain.money import format_amount
from parking.domain.permissions import Permission
from parking.domain.times import format_time
from parking.edge.identifiers import day_of
from parking.edge.moments import now_of
from parking.queries.day_closes import ClosedDay, days_to_close, get_closed_day, list_closed_days
from parking.queries.day_money import money_of_day
from parking.queries.sites import business_day, desk_site
from parking.services import ParkingService
from parking.services.day_closes import totals_of

router = Router(tags=["Operator"])


class CloseDay(BaseModel):
    """A day that is over."""

    model_config = strict(example={"day": "2026-01-31"})

    day: DayText


class DaysBefore(BaseModel):
    before: DayText | None = Field(None, description="Only days before this one: `older` of the page before.")


class DayItem(BaseModel):
    day: str = Field(json_schema_extra={"format": "date"})
    starts_at: Moment
    ends_at: Moment
    currency: Currency
    captured_amount: Amount
    refunded_amount: Amount
    kept_amount: Amount
    closed_by: str | None = Field(description="Null while nobody has closed it.")
    closed_at: Moment | None


class DayAnswer(Answer):
    day: DayItem
    totals: dict[str, Any] = Field(
        description="Line by line, in minor units: what was captured and refunded by kind, method, provider and "
        "cashier; shifts, refunds that waited, receipts, tax."
    )


class DayClosedAnswer(AnswerWithMessage, DayAnswer):
    pass


class DaysAnswer(Answer):
    days: list[DayItem]
    to_close: list[str] = Field(description="Days of the last month that can be closed now and are not.")
    older: str | None = Field(description="What to ask for the next page with, as `before`.")


@router.get(
    "days/",
    operation_id="list_closed_days",
    summary="List the days that were closed, and those that wait for it",
    **documentation.query(answers={200: DaysAnswer}, refusals=(*BY_KEY, errors.InvalidField)),
)
def days(request: HttpRequest, query: Query[DaysBefore]) -> DaysAnswer:
    """31 a page, the newest first."""
    caller_of(request).require(Permission.RECORD_VIEW)
    site = desk_site()
    page = list_closed_days(site=site, before=day_of(query.before) if query.before is not None else None)
    return DaysAnswer(
        days=[_item(closed=one) for one in page.days],
        to_close=[one.isoformat() for one in days_to_close(site=site, now=now_of(request))],
        older=page.older.isoformat() if page.older is not None else None,
    )


@router.get(
    "days/{day}/",
    operation_id="get_day",
    summary="See the money of one day",
    **documentation.query(answers={200: DayAnswer}, refusals=(*BY_KEY, errors.InvalidField)),
)
def one_day(request: HttpRequest, day: str) -> DayAnswer:
    """As it was written down when it was closed; of another day, as it stands now."""
    caller_of(request).require(Permission.RECORD_VIEW)
    return _day(day=_day_of(day))


@router.post(
    "days/",
    operation_id="close_day",
    summary="Close a business day",
    **documentation.command(
        answers={201: DayClosedAnswer},
        refusals=(*BY_KEY, errors.DayNotOver, errors.ShiftsOpen, errors.DayClosed, errors.Busy),
    ),
)
def close_day(request: HttpRequest, body: CloseDay) -> Status[DayClosedAnswer]:
    """Its money is summed up and written down for good: once it is over, and all drawers of it are counted."""
    closed = ParkingService.close_day(day=day_of(body.day), caller=caller_of(request), now=now_of(request))
    kept = format_amount(amount_minor=closed.kept_minor, currency=closed.currency)
    message = f"{closed.day.isoformat()} is closed: {kept} {closed.currency} were kept."
    return Status(201, DayClosedAnswer(day=_item(closed=closed), totals=dict(closed.totals), message=message))


def _day_of(text: str) -> date:
    try:
        return day_of(text)
    except ValueError as error:
        raise errors.InvalidField(field="day", problem=str(error)) from None


def _day(*, day: date) -> DayAnswer:
    site = desk_site()
    closed = get_closed_day(site=site, day=day)
    if closed is not None:
        return DayAnswer(day=_item(closed=closed), totals=dict(closed.totals))
    money = money_of_day(site=site, day=business_day(site=site, day=day))
    standing = DayItem(
        day=day.isoformat(),
        starts_at=format_time(moment=money.starts_at),
        ends_at=format_time(moment=money.ends_at),
        currency=money.currency,
        **_amounts(captured_minor=money.captured_minor, refunded_minor=money.refunded_minor, currency=money.currency),
        closed_by=None,
        closed_at=None,
    )
    return DayAnswer(day=standing, totals=totals_of(money=money))


def _item(*, closed: ClosedDay) -> DayItem:
    return DayItem(
        day=closed.day.isoformat(),
        starts_at=format_time(moment=closed.starts_at),
        ends_at=format_time(moment=closed.ends_at),
        currency=closed.currency,
        **_amounts(
            captured_minor=closed.captured_minor, refunded_minor=closed.refunded_minor, currency=closed.currency
        ),
        closed_by=closed.closed_by,
        closed_at=format_time(moment=closed.closed_at),
    )


def _amounts(*, captured_minor: int, refunded_minor: int, currency: str) -> dict[str, str]:
    def amount(amount_minor: int) -> str:
        return format_amount(amount_minor=amount_minor, currency=currency)

    return {
        "captured_amount": amount(captured_minor),
        "refunded_amount": amount(refunded_minor),
        "kept_amount": amount(captured_minor - refunded_minor),
    }
