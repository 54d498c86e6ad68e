"""Amounts, durations and times as the words of a tariff."""

from __future__ import annotations

from parking.domain.money import format_amount
from parking.domain.tariffs.local_times import DAY_MINUTES
from parking.domain.tariffs.rules import Band


def amount(amount_minor: int, *, currency: str | None) -> str:
    """``"USD 2.00"``; without a currency two digits follow the point."""
    if currency is None:
        return f"{amount_minor // 100}.{amount_minor % 100:02}"
    return f"{currency} {format_amount(amount_minor=amount_minor, currency=currency)}"


def duration(minutes: int) -> str:
    """90 minutes are ``"1 h 30 min"``; whole days from two on are days."""
    days, rest = divmod(minutes, DAY_MINUTES)
    if days < 2:
        days, rest = 0, minutes
    parts = [(days, "days"), (rest // 60, "h"), (rest % 60, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min"


def time_of_day(minute: int) -> str:
    """``"06:30"``; the end of a day is ``"24:00"``."""
    if minute > DAY_MINUTES:
        minute -= DAY_MINUTES
    return f"{minute // 60:02}:{minute % 60:02}"


def ages(band: Band) -> str:
    """From which age of the stay to which a band holds."""
    if band.until is None:
        return f"after {duration(band.starts)}" if band.starts else "any time"
    return f"{duration(band.starts)} to {duration(band.until)}" if band.starts else f"up to {duration(band.until)}"
