"""A slow second opinion: what a definition costs, minute by minute. It shares no code with the tariffs.

It reads the JSON on its own, looks at every minute of the stay, and keeps every step and every cap window in a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
UNITS = {"d": 1440, "h": 60, "m": 1}


@dataclass
class Step:
    minute: int
    amount: int
    is_open: bool = False
    is_share: bool = False


@dataclass
class Clock:
    """What one count of the time parked remembers."""

    parked: int = 0
    rate: str = ""
    band: int = -1
    band_since: int = 0
    paid_until: int = 0
    total: int = 0
    steps: list[Step] = field(default_factory=list)


def cents(text):
    return int(Decimal(text) * 100)


def minutes(text):
    return sum(int(count) * UNITS[unit] for count, unit in re.findall(r"(\d+)([dhm])", text)) if text else 0


def half_up(value):
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def weekdays(texts):
    found = set()
    for text in texts:
        first, _, last = text.partition("-")
        day = NAMES.index(first)
        while True:
            found.add(day)
            if NAMES[day] == (last or first):
                break
            day = (day + 1) % 7
    return found


def wall_on(day, text):
    """`text` on that day, where 24:00 is the next midnight."""
    hour, minute = (int(part) for part in text.split(":"))
    return datetime.combine(day, time()) + timedelta(hours=hour, minutes=minute)


def span_on(day, starts, ends):
    start, end = wall_on(day, starts), wall_on(day, ends)
    return start, end if end > start else end + timedelta(days=1)


def furthest_wall(moment, zone):
    """The latest time that the wall clock has shown: in an hour that comes twice it does not go back."""
    shown = moment.astimezone(zone)
    if not shown.fold:
        return shown.replace(tzinfo=None)
    return max((moment - back * MINUTE).astimezone(zone).replace(tzinfo=None) for back in range(130))


def rate_at(definition, wall):
    usual = []
    for rate in definition["rates"]:
        when = rate.get("when", {})
        for day in (wall.date(), wall.date() - timedelta(days=1)):
            start, end = span_on(day, when.get("from", "00:00"), when.get("to", "24:00"))
            if start <= wall < end:
                if day.isoformat() in when.get("dates", []):
                    return rate
                if "dates" not in when and day.weekday() in weekdays(when.get("days", ["mon-sun"])):
                    usual.append(rate)
    (rate,) = usual
    return rate


def steps_of(definition, entered_at, last_minute):
    """Every step up to and with `last_minute`, and how many minutes before it were charged."""
    zone = ZoneInfo(definition["time_zone"])
    restarts = definition.get("on_change", "restart") == "restart"
    clock, previous, charged, steps = Clock(), None, 0, []
    for minute in range(last_minute + 1):
        rate = rate_at(definition, furthest_wall(entered_at + minute * MINUTE, zone))
        is_change, previous = rate["name"] != previous, rate["name"]
        if is_change and restarts:
            clock = Clock()
        if rate.get("free"):
            continue
        charged += minute < last_minute
        look(definition, rate, clock, minute, is_start=minute == 0 or is_change)
        steps += clock.steps
        clock.steps.clear()
    return steps, charged


def look(definition, rate, clock, minute, *, is_start):
    """One minute of a charged rate: the steps that begin in it."""
    if clock.rate != rate["name"]:
        clock.rate, clock.band = rate["name"], -1
    if clock.parked >= clock.paid_until:
        bands, start = rate["bands"], 0
        index = 0
        for band in bands:
            if "until" not in band or clock.parked < minutes(band["until"]):
                break
            start, index = minutes(band["until"]), index + 1
        is_new, clock.band = index != clock.band, index
        if is_new:
            clock.band_since = clock.parked
        is_open = is_new and definition.get("boundary") == "after" and clock.parked == start and not is_start
        for step in begin(band, clock, minute, is_new=is_new, is_open=is_open):
            clock.total += step.amount
            clock.steps.append(step)
    clock.parked += 1


def begin(band, clock, minute, *, is_new, is_open):
    each, price = minutes(band.get("each")), cents(band.get("adds", band.get("total")))
    if "total" in band and not each:
        return [Step(minute, price - clock.total, is_open)] if is_new else []
    if "total" in band:
        found, had = [], clock.total
        if is_open:
            found.append(Step(minute, price * max(1, -(-clock.parked // each)) - had, is_open))
            had += found[0].amount
        if missing := price * (clock.parked // each + 1) - had:
            found.append(Step(minute, missing))
        return found
    if not each:
        return [Step(minute, price, is_open)] if is_new else []
    if band.get("pro_rata"):
        before, after = (
            half_up(Decimal(price) * count / each)
            for count in (clock.parked - clock.band_since, clock.parked - clock.band_since + 1)
        )
        return [Step(minute, after - before, is_share=True)]
    clock.paid_until = clock.parked + each
    if "until" in band:
        clock.paid_until = min(clock.paid_until, minutes(band["until"]))
    return [Step(minute, price, is_open)]


def is_counted(step, *, is_first, charged, grace):
    if step.is_share:
        return step.minute < charged
    if is_first:
        return step.minute == 0 or step.minute < charged
    older = charged - step.minute - grace
    return older > 0 or (older == 0 and step.is_open)


def window_of(cap, minute, wall):
    """The window of a cap around a minute; None if there is none."""
    match cap["per"]:
        case "stay":
            return 0
        case "24h":
            return minute // 1440
        case "7d":
            return minute // 10080
        case "day":
            return wall.date()
        case "week":
            return wall.date() - timedelta(days=wall.weekday())
        case "night":
            for day in (wall.date(), wall.date() - timedelta(days=1)):
                start, end = span_on(day, cap["from"], cap["to"])
                if start <= wall < end:
                    return day
    return None


def capped_sum(definition, entered_at, steps):
    zone, caps, used, total = ZoneInfo(definition["time_zone"]), definition.get("caps", []), {}, 0
    for step in steps:
        wall = furthest_wall(entered_at + step.minute * MINUTE, zone)
        windows = [(index, window_of(cap, step.minute, wall)) for index, cap in enumerate(caps)]
        windows = [window for window in windows if window[1] is not None]
        paid = min([step.amount, *(cents(caps[window[0]]["at_most"]) - used.get(window, 0) for window in windows)])
        for window in windows:
            used[window] = used.get(window, 0) + paid
            assert used[window] <= cents(caps[window[0]]["at_most"])
        total += paid
    return total


def moment_at(wall, zone):
    """The first moment at which the wall clock shows `wall` or a later time."""
    moment = wall.replace(tzinfo=UTC) - timedelta(hours=30)
    while moment.astimezone(zone).replace(tzinfo=None) < wall:
        step = timedelta(hours=1)
        while (moment + step).astimezone(zone).replace(tzinfo=None) >= wall and step > MINUTE:
            step = step / 60 if step == timedelta(hours=1) else MINUTE
        moment += step
    return moment


def is_fitting(offer, definition, entered_at, total):
    if "longest" in offer and total > minutes(offer["longest"]):
        return False
    zone = ZoneInfo(definition["time_zone"])
    today: date = entered_at.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        if day.weekday() not in weekdays(offer.get("days", ["mon-sun"])):
            continue
        enter, leave = offer["enter"], offer["leave"]
        opens, closes = span_on(day, enter["from"], enter["to"])
        if not moment_at(opens, zone) <= entered_at < moment_at(closes, zone) + MINUTE:
            continue
        until = wall_on(day, leave["to"])
        until = until if until > opens else until + timedelta(days=1)
        is_late = True
        if "from" in leave:
            since = wall_on(day, leave["from"])
            since = since if since >= opens else since + timedelta(days=1)
            is_late = entered_at + total * MINUTE >= moment_at(since, zone)
        if is_late and entered_at + total * MINUTE <= moment_at(until, zone):
            return True
    return False


def reference_price(definition, entered_at, left_at):
    """(amount, billable minutes) in cents of a currency that has them."""
    entered_at = entered_at.astimezone(UTC)
    total = (left_at.astimezone(UTC) - entered_at) // MINUTE
    grace = {key: minutes(text) for key, text in definition.get("grace", {}).items()}
    if grace.get("start", 0) and total <= grace["start"]:
        return 0, 0
    charged = max(0, total - grace.get("end", 0))
    steps, billable = steps_of(definition, entered_at, charged)
    counted = [
        step
        for index, step in enumerate(steps)
        if is_counted(step, is_first=index == 0, charged=charged, grace=grace.get("step", 0))
    ]
    amount = capped_sum(definition, entered_at, counted)
    for offer in definition.get("offers", []):
        if is_fitting(offer, definition, entered_at, total):
            amount = min(amount, cents(offer["price"]))
    if amount:
        amount = max(amount, cents(definition.get("minimum_charge", "0")))
    tax = definition.get("tax", {"included": True})
    if not tax["included"]:
        amount += half_up(amount * Decimal(tax["percent"]) / 100)
    return amount, billable
