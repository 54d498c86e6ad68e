"""A tariff in plain sentences, as it would stand on the board at the entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parking.domain.tariffs import phrases
from parking.domain.tariffs.contract import Tariff
from parking.domain.tariffs.hourly import HourlyTariff
from parking.domain.tariffs.rates import RatesTariff
from parking.domain.tariffs.reading import read_tariff
from parking.domain.tariffs.rules import Band, Boundary, Cap, CapPer, DayTimes, Offer, OnChange, Rate
from parking.domain.tariffs.schedule import DAY_NAMES
from parking.domain.tax import percentage

MOST_DATES_NAMED = 12

_CAP_WINDOWS = {
    CapPer.DAY_FROM_ENTRY: "in every 24 h, counted from entry",
    CapPer.WEEK_FROM_ENTRY: "in every 7 days, counted from entry",
    CapPer.DAY: "for each calendar day",
    CapPer.WEEK: "for each calendar week, which begins on Monday",
    CapPer.STAY: "for the whole stay",
}


def explain(tariff: Tariff | Mapping[str, object], *, currency: str | None = None) -> list[str]:
    """The sentences that describe a tariff or a definition. Raises TariffProblem for a definition that is none.

    `currency` names the currency of a tariff that does not know its own.
    """
    read = read_tariff(definition=tariff) if isinstance(tariff, Mapping) else tariff
    if isinstance(read, RatesTariff):
        return list(_rates_sentences(read))
    sentences = [f"{phrases.amount(read.hourly_rate_minor, currency=currency)} for each started hour."]
    if isinstance(read, HourlyTariff):
        if read.minimum_hours > 1:
            sentences.append(f"At least {read.minimum_hours} h are charged.")
        if read.grace_minutes:
            sentences.append(f"The last {phrases.duration(read.grace_minutes)} of a stay are free.")
    return [*sentences, *_lost_ticket_sentences(read, currency=currency)]


def _rates_sentences(tariff: RatesTariff) -> Iterator[str]:
    for rate in tariff.rates:
        when = _when(rate)
        yield f"{rate.name}{', ' if when else ''}{when}: {_rate_words(rate, currency=tariff.currency)}."
    if any(rate.dates for rate in tariff.rates):
        yield "On the dates named, the rate for these dates holds instead of the usual one."
    yield from _boundary_sentences(tariff)
    yield from _change_sentences(tariff)
    for cap in tariff.caps:
        yield f"{cap.name}: at most {phrases.amount(cap.at_most_minor, currency=tariff.currency)} {_cap_window(cap)}."
    yield from _grace_sentences(tariff)
    if tariff.minimum_charge_minor:
        minimum = phrases.amount(tariff.minimum_charge_minor, currency=tariff.currency)
        yield f"A stay that is not free costs at least {minimum}."
    for offer in tariff.offers:
        yield _offer_sentence(offer, currency=tariff.currency)
    yield from _lost_ticket_sentences(tariff, currency=tariff.currency)
    if tariff.tax:
        rate_words = percentage(basis_points=tariff.tax.basis_points)
        yield (
            f"The amounts include {rate_words} % tax."
            if tariff.tax.is_included
            else (f"{rate_words} % tax comes on top of the parking charges.")
        )
    if tariff.may_fall:
        yield "A longer stay may cost less than a shorter one."


def _when(rate: Rate) -> str:
    parts = []
    if rate.dates:
        dates = sorted(rate.dates)
        named = ", ".join(day.isoformat() for day in dates[:MOST_DATES_NAMED])
        more = len(dates) - MOST_DATES_NAMED
        parts.append(f"{named} and {more} more dates" if more > 0 else named)
    elif len(rate.days) < len(DAY_NAMES):
        parts.append(_days(rate.days))
    if rate.times != DayTimes():
        parts.append(_times(rate.times))
    return ", ".join(parts)


def _days(days: frozenset[int]) -> str:
    """``"Mon to Fri, Sun"``."""
    parts: list[list[int]] = []
    for day in sorted(days):
        if parts and parts[-1][-1] == day - 1:
            parts[-1].append(day)
        else:
            parts.append([day])
    return ", ".join(
        DAY_NAMES[part[0]] if len(part) == 1 else f"{DAY_NAMES[part[0]]} to {DAY_NAMES[part[-1]]}" for part in parts
    )


def _times(times: DayTimes) -> str:
    next_day = " of the next day" if times.is_over_midnight and times.ends else ""
    return f"{phrases.time_of_day(times.starts)} to {phrases.time_of_day(times.ends)}{next_day}"


def _rate_words(rate: Rate, *, currency: str) -> str:
    if rate.is_free:
        return "free"
    return "; ".join(_band_words(band, currency=currency) for band in rate.bands)


def _band_words(band: Band, *, currency: str) -> str:
    price = phrases.amount(band.amount_minor, currency=currency)
    if band.starts:
        ages = f"after {phrases.duration(band.starts)}"
        ages += f" and up to {phrases.duration(band.until)}" if band.until else ""
    else:
        ages = f"up to {phrases.duration(band.until)}" if band.until else ""
    return f"{ages}{', ' if ages else ''}{_price_words(band, price=price)}"


def _price_words(band: Band, *, price: str) -> str:
    if not band.amount_minor and not band.is_total:
        return "nothing more" if band.starts else "free"
    more = "a further " if band.starts else ""
    if band.each is None:
        return f"{price} in all" if band.is_total else f"{more}{price}"
    each = phrases.duration(band.each)
    if band.is_pro_rata:
        return f"{more}{price} per {each}, charged by the minute"
    if band.is_total:
        return f"{price} for each started {each} of the whole time"
    return f"{more}{price} for each started {each}"


def _boundary_sentences(tariff: RatesTariff) -> Iterator[str]:
    first = next((band.until for rate in tariff.rates for band in rate.bands if band.until), None)
    if first is None:
        return
    age = phrases.duration(first)
    if tariff.boundary is Boundary.AFTER:
        yield f"At exactly {age} the next price has begun; it is so wherever prices change with the time parked."
    else:
        yield f"Exactly {age} is still within the price up to {age}; it is so for every such limit."


def _change_sentences(tariff: RatesTariff) -> Iterator[str]:
    if len(tariff.rates) == 1:
        return
    if any(rate.is_free for rate in tariff.rates):
        yield "Free time does not count as time parked."
    if tariff.on_change is OnChange.RESTART:
        yield "When the rate changes, the stay is priced anew from that moment on."
    else:
        yield "When the rate changes, the time parked counts on, and a started interval runs to its end."


def _cap_window(cap: Cap) -> str:
    return f"for each night, {_times(cap.night)}" if cap.per is CapPer.NIGHT else _CAP_WINDOWS[cap.per]


def _grace_sentences(tariff: RatesTariff) -> Iterator[str]:
    grace = tariff.grace
    if grace.start:
        yield f"A stay of at most {phrases.duration(grace.start)} is free; of a longer one everything counts."
    if grace.step:
        yield f"After the first price, a further one is charged once it is older than {phrases.duration(grace.step)}."
    if grace.end:
        yield f"The last {phrases.duration(grace.end)} of a stay are free; the first price is always charged."


def _offer_sentence(offer: Offer, *, currency: str) -> str:
    days = f"{_days(offer.days)}, " if len(offer.days) < len(DAY_NAMES) else ""
    leave_from = "" if offer.leave_from is None else f"from {phrases.time_of_day(offer.leave_from)} "
    # The times of entry may run over midnight themselves: what counts is the day on which they start.
    next_day = " of the next day" if offer.leave_to > 24 * 60 else ""
    longest = "" if offer.longest is None else f", at most {phrases.duration(offer.longest)}"
    return (
        f"Offer {offer.name}: {phrases.amount(offer.price_minor, currency=currency)} for a stay that enters {days}"
        f"{_times(offer.enter)}, and leaves {leave_from}until {phrases.time_of_day(offer.leave_to)}{next_day}{longest}."
        " The lower price counts."
    )


def _lost_ticket_sentences(tariff: Tariff, *, currency: str | None) -> Iterator[str]:
    if not tariff.lost_ticket_fee_minor:
        return
    limit_minor = tariff.lost_ticket_total_at_most_minor
    limit = "" if limit_minor is None else f", in all at most {phrases.amount(limit_minor, currency=currency)}"
    yield f"Lost ticket: {phrases.amount(tariff.lost_ticket_fee_minor, currency=currency)} on top of the stay{limit}."
