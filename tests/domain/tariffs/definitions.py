"""Random definitions that are tariffs, and random stays: many of them over a change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from parking.domain.tariffs import TariffProblem, read_tariff

ZONES = ["Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe", "America/Havana", "UTC"]
SPECIAL_DAYS = ["2026-03-28", "2026-03-29", "2026-03-30", "2026-10-25", "2026-12-31"]
CLOCK_CHANGES = [
    datetime(2026, 3, 28, tzinfo=UTC),
    datetime(2026, 10, 24, tzinfo=UTC),
    datetime(2026, 4, 4, tzinfo=UTC),
]

amounts = st.integers(0, 3000).map(lambda cents: f"{cents // 100}.{cents % 100:02}")
positive_amounts = st.integers(1, 6000).map(lambda cents: f"{cents // 100}.{cents % 100:02}")
each_durations = st.sampled_from(["1m", "7m", "15m", "20m", "30m", "1h", "90m", "2h", "24h"])
clock_times = st.one_of(
    st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}"),
    st.sampled_from(["00:00", "02:00", "02:30", "03:00", "01:45"]),
)
stay_minutes = st.one_of(st.integers(0, 200), st.integers(0, 4000), st.sampled_from([60, 240, 1440, 1441, 2880]))
entries = st.one_of(
    st.tuples(st.sampled_from(CLOCK_CHANGES), st.integers(0, 48 * 3600)).map(
        lambda drawn: drawn[0] + timedelta(seconds=drawn[1])
    ),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 -- UTC
)


@st.composite
def bands(draw, *, with_total):
    ends = sorted(draw(st.sets(st.integers(1, 200).map(lambda tens: tens * 10), max_size=3)))
    found = []
    for end in [*ends, None]:
        kind = draw(
            st.sampled_from(["flat", "each", "each", "shared", *(["total", "total each"] if with_total else [])])
        )
        band = {"until": f"{end}m"} if end else {}
        if kind in {"each", "shared", "total each"}:
            band["each"] = draw(each_durations)
        if kind == "shared":
            band["pro_rata"] = True
        band["total" if "total" in kind else "adds"] = draw(amounts)
        found.append(band)
    return found


@st.composite
def whens(draw):
    """Times that cover the week exactly; the first is None if one rate holds always."""
    layout = draw(st.sampled_from(["always", "always", "day", "days", "week"]))
    if layout == "always":
        return [None]
    cuts = sorted(draw(st.sets(clock_times, min_size=2, max_size=3)))
    around = [{"from": start, "to": end} for start, end in zip(cuts, [*cuts[1:], cuts[0]], strict=True)]
    if layout == "day":
        return around
    if layout == "days":
        return [{"days": ["mon-fri"]}, {"days": ["sat", "sun"]}]
    cut = draw(clock_times.filter(lambda text: text != "00:00"))
    return [{"days": ["fri-tue"], "to": cut}, {"days": ["fri-tue"], "from": cut}, {"days": ["wed", "thu"]}]


@st.composite
def rates(draw, *, on_change):
    usual = draw(whens())
    special = []
    if draw(st.booleans()):
        first = draw(st.sampled_from([{}, {"from": "20:00", "to": "04:00"}, {"from": "02:15"}, {"to": "11:00"}]))
        dates = draw(st.sets(st.sampled_from(SPECIAL_DAYS), min_size=1))
        special = [{"dates": sorted(dates), **first}]
    places = [*usual, *special]
    charged = draw(st.integers(1, len(places)))
    order = draw(st.permutations(range(len(places))))
    found = []
    for index, when in enumerate(places):
        is_free = order[index] >= charged
        content = (
            {"free": True} if is_free else {"bands": draw(bands(with_total=charged == 1 or on_change == "restart"))}
        )
        found.append({"name": f"Rate {index}", **({"when": when} if when else {}), **content})
    return found


@st.composite
def caps(draw):
    per = draw(st.sampled_from(["24h", "7d", "day", "week", "stay", "night"]))
    night = {}
    if per == "night":
        starts, ends = draw(st.tuples(clock_times, clock_times).filter(lambda pair: pair[0] != pair[1]))
        night = {"from": starts, "to": ends}
    return {"per": per, "at_most": draw(positive_amounts), **night}


@st.composite
def offers(draw):
    starts, ends = draw(st.tuples(clock_times, clock_times).filter(lambda pair: pair[0] != pair[1]))
    offer = {"name": "Offer", "enter": {"from": starts, "to": ends}, "leave": {"to": draw(clock_times)}}
    if draw(st.booleans()):
        offer["longest"] = draw(st.sampled_from(["3h", "12h"]))
    if draw(st.booleans()):
        offer["days"] = ["mon-thu"]
    if draw(st.integers(0, 3)) == 0:
        offer["leave"]["from"] = starts
    return {**offer, "price": draw(amounts)}


@st.composite
def definitions(draw, *, may_fall=None):
    on_change = draw(st.sampled_from(["restart", "continue"]))
    found = {
        "kind": "rates",
        "currency": "EUR",
        "time_zone": draw(st.sampled_from(ZONES)),
        "rates": draw(rates(on_change=on_change)),
        "boundary": draw(st.sampled_from(["before", "after"])),
        "on_change": on_change,
        "caps": draw(st.lists(caps(), max_size=3)),
    }
    is_shared = any(band.get("pro_rata") for rate in found["rates"] for band in rate.get("bands", []))
    keys = ["start", "end"] if is_shared else ["start", "end", "step"]
    if chosen := draw(st.sets(st.sampled_from(keys))):
        found["grace"] = {key: draw(st.sampled_from(["5m", "10m", "20m"])) for key in sorted(chosen)}
    if draw(st.integers(0, 3)) == 0:
        found["minimum_charge"] = draw(positive_amounts)
    if draw(st.integers(0, 2)) == 0:
        found["offers"] = draw(st.lists(offers(), min_size=1, max_size=2))
    if draw(st.integers(0, 3)) == 0:
        found["tax"] = {"percent": draw(st.sampled_from(["0", "7", "18", "19.25"])), "included": draw(st.booleans())}
    return mended(found, may_fall=may_fall)


def mended(definition, *, may_fall):
    """The definition, with what makes it a tariff: a price that falls is allowed to, or does not."""
    try:
        read_tariff(definition=definition)
    except TariffProblem:
        if may_fall is False:
            for rate in definition["rates"]:
                for band in rate.get("bands", []):
                    if "total" in band:
                        band["adds"] = band.pop("total")
            for offer in definition.get("offers", []):
                offer["leave"].pop("from", None)
        else:
            definition |= {"may_fall": True, "caps": []}
        read_tariff(definition=definition)
    return definition
