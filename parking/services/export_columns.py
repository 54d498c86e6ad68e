"""The columns of a record in a spreadsheet: money in whole units, times with the site's offset, names beside ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import DateField, DateTimeField, Field, JSONField, Model

from parking.domain.money import format_amount
from parking.services.exports import Cell

Column = tuple[str, Callable[[Any], Cell]]

_MINOR: Final = "_minor"


def columns_of(
    *, model: type[Model], zone: ZoneInfo, left_out: Collection[str] = (), named: Collection[str] = ()
) -> list[Column]:
    """The header and the value of each field of the model; for those that are `named`, what they point to as well."""
    fields = [field for field in model._meta.concrete_fields if field.name not in left_out]
    columns = [_column(field=field, zone=zone) for field in fields]
    names = [(field.name, partial(_name_of, field=field.name)) for field in fields if field.name in named]
    return [*columns, *names]


def _column(*, field: Field[Any, Any], zone: ZoneInfo) -> Column:
    name = field.attname
    if name.endswith(_MINOR):
        return name.removesuffix(_MINOR), lambda row: _amount(row, getattr(row, name))
    if isinstance(field, DateTimeField):
        return name, lambda row: _time(getattr(row, name), zone=zone)
    if isinstance(field, DateField):
        return name, lambda row: _day(getattr(row, name))
    if isinstance(field, JSONField):
        return name, lambda row: json.dumps(getattr(row, name), ensure_ascii=False)
    return name, lambda row: _plain(getattr(row, name))


def _name_of(row: Any, *, field: str) -> str | None:
    return _text(getattr(row, field))


def _amount(row: Any, amount_minor: int | None) -> Decimal | None:
    if amount_minor is None:
        return None
    return Decimal(format_amount(amount_minor=amount_minor, currency=row.currency))


def _time(moment: datetime | None, *, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _plain(value: object) -> Cell:
    return value if isinstance(value, int | Decimal) else _text(value)
