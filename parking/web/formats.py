"""Money, times and lengths of time as people read them, in the language of the page and the time of the site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from datetime import date as calendar_date
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.dates import format_skeleton
from babel.dates import format_time as babel_time
from babel.numbers import format_currency, format_decimal
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from parking.domain.money import currency_exponent

_LOCALES: Final = {"en": Locale("en", "GB"), "hi": Locale("hi", "IN")}
_OF_RUPEES: Final = Locale("en", "IN")  # 1,00,000 and not 100,000
_CLOCK: Final = "HH:mm"
_CLOCK_WITH_SECONDS: Final = "HH:mm:ss"
_HOUR_MINUTES: Final = 60
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def money(amount_minor: int, currency: str) -> str:
    """``"₹50.00"``; whole amounts keep their decimals, so that columns of them align."""
    locale = _locale()
    if currency == "INR" and locale.language == "en":
        locale = _OF_RUPEES
    amount = Decimal(amount_minor).scaleb(-currency_exponent(currency=currency))
    return format_currency(amount, currency, locale=locale)


def number(value: float) -> str:
    return format_decimal(value, locale=_locale())


def clock(moment: datetime, *, with_seconds: bool = False) -> str:
    """``"14:30"``."""
    pattern = _CLOCK_WITH_SECONDS if with_seconds else _CLOCK
    return babel_time(timezone.localtime(moment).time(), pattern, locale=_locale())


def day(moment: datetime, *, now: datetime) -> str:
    """``"today"``, ``"tomorrow"``, ``"Tue, 24 Nov"``, and the year if it is another."""
    local, today = timezone.localtime(moment), timezone.localtime(now)
    match (local.date() - today.date()).days:
        case 0:
            return gettext("today")
        case 1:
            return gettext("tomorrow")
        case -1:
            return gettext("yesterday")
    return date(moment, with_year=local.year != today.year)


def date(moment: datetime, *, with_year: bool = False) -> str:
    """``"Tue, 24 Nov"``, whatever day today is."""
    local = timezone.localtime(moment)
    return format_skeleton("yMMMEd" if with_year else "MMMEd", local, tzinfo=local.tzinfo, locale=_locale())


def calendar_day(on: calendar_date) -> str:
    """``"Tue, 24 Nov 2026"``: a day of the site, whatever the time is."""
    return format_skeleton("yMMMEd", on, locale=_locale())


def day_and_clock(moment: datetime, *, now: datetime) -> str:
    """``"14:30"`` today, else ``"tomorrow, 14:30"``."""
    if timezone.localtime(moment).date() == timezone.localtime(now).date():
        return clock(moment)
    return f"{day(moment, now=now)}, {clock(moment)}"


def length(minutes: int) -> str:
    """``"2 h 5 min"``."""
    hours, rest = divmod(max(0, minutes), _HOUR_MINUTES)
    if hours and rest:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": number(hours), "minutes": number(rest)}
    if hours:
        return ngettext("%(hours)s hour", "%(hours)s hours", hours) % {"hours": number(hours)}
    return gettext("%(minutes)s min") % {"minutes": number(rest)}


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _locale() -> Locale:
    return _LOCALES[(get_language() or "en").partition("-")[0]]
