"""A definition is read strictly: whatever is wrong with it is said, with its path."""

from __future__ import annotations

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parking.domain.tariffs import HourlyTariff, TariffProblem, explain, hourly_definition, read_tariff

GOOD = {
    "kind": "rates",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "rates": [
        {
            "name": "Day",
            "when": {"from": "06:00", "to": "20:00"},
            "bands": [{"until": "1h", "adds": "2.00"}, {"each": "30m", "adds": "1.00"}],
        },
        {"name": "Night", "when": {"from": "20:00", "to": "06:00"}, "free": True},
    ],
    "caps": [{"per": "24h", "at_most": "9.00"}],
    "grace": {"start": "10m"},
    "offers": [{"name": "Early", "enter": {"from": "05:00", "to": "09:00"}, "leave": {"to": "19:00"}, "price": "5.00"}],
    "lost_ticket": {"fee": "20.00"},
    "tax": {"percent": "19", "included": True},
}


def changed(path, value):
    """GOOD with the value at a path such as ``rates[0].name`` changed, or taken out if the value is `...`."""
    definition = deepcopy(GOOD)
    *parents, last = [int(key) if key.isdigit() else key for key in path.replace("[", ".").replace("]", "").split(".")]
    place = definition
    for key in parents:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return definition


def problems(definition):
    with pytest.raises(TariffProblem) as caught:
        read_tariff(definition=definition)
    return list(caught.value.problems)


BAND = "rates[0].bands[1]"


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("kind", "weekly", "kind: must be hourly or rates"),
        ("kind", ..., "kind: must be hourly or rates"),
        ("surge", 2, "surge: no such key"),
        ("currency", "EUX", "currency: 'EUX' is no ISO 4217 currency code"),
        ("currency", ..., "currency: is missing"),
        ("time_zone", "Berlin", "time_zone: 'Berlin' is no IANA time zone, such as Europe/Berlin"),
        ("time_zone", "../etc/passwd", "time_zone: '../etc/passwd' is no IANA time zone, such as Europe/Berlin"),
        ("rates", [], "rates: list should have at least 1 item after validation, not 0"),
        ("rates[0].name", "", "rates[0].name: string should have at least 1 character"),
        ("rates[0].name", "Night", "rates[1].name: there is another rate 'Night'"),
        ("rates[0].free", True, "rates[0]: must have either bands or free, and not both"),
        ("rates[0].bands", ..., "rates[0]: must have either bands or free, and not both"),
        ("rates[0].when.days", ["someday"], "rates[0].when.days[0]: 'someday' is no day, such as mon or mon-fri"),
        ("rates[0].when.dates", ["2026-02-30"], "rates[0].when.dates[0]: '2026-02-30' is no date, such as 2026-12-25"),
        ("rates[0].when.from", "6:00", "rates[0].when.from: '6:00' is no time of day, such as 06:30"),
        ("rates[0].when.from", "20:00", "rates[0].when: from and to must differ"),
        ("rates[0].when.from", "24:00", "rates[0].when.from: must be before 24:00"),
        ("rates[0].when.from", "06:30", "rates: no rate holds from Mon 06:00 to Mon 06:30"),
        ("rates[0].when.from", "05:00", "rates: more than one rate holds (Day and Night) from Mon 05:00 to Mon 06:00"),
        (f"{BAND}.each", "0m", f"{BAND}.each: '0m' is no duration from 1m to 366d, such as 30m, 24h or 7d"),
        (f"{BAND}.each", "", f"{BAND}.each: '' is no duration from 1m to 366d, such as 30m, 24h or 7d"),
        (f"{BAND}.each", 30, f"{BAND}.each: must be a short text"),
        (f"{BAND}.adds", 1, f"{BAND}.adds: input should be a valid string"),
        (f"{BAND}.adds", "1.005", f"{BAND}.adds: '1.005' has more digits than EUR has"),
        (f"{BAND}.adds", "-1", f"{BAND}.adds: is not a plain decimal number, such as 50.00"),
        (f"{BAND}.adds", "99999999.99", f"{BAND}.adds: '99999999.99' is out of range"),
        (f"{BAND}.adds", ..., f"{BAND}: must have either adds or total, and not both"),
        (f"{BAND}.total", "5.00", f"{BAND}: must have either adds or total, and not both"),
        (f"{BAND}.until", "3h", f'{BAND}.until: the last band has none; say adds "0" if all is paid'),
        ("rates[0].bands[0].pro_rata", True, "rates[0].bands[0].pro_rata: needs each and adds"),
        ("rates[0].bands[0].until", ..., "rates[0].bands[0].until: is missing; only the last band goes on for ever"),
        ("caps[0].per", "month", "caps[0].per: input should be '24h', '7d', 'day', 'week', 'night' or 'stay'"),
        ("caps[0].per", "night", "caps[0]: a cap per night needs from and to"),
        ("caps[0].from", "20:00", "caps[0]: from and to are for a cap per night only"),
        ("caps[0].at_most", "0", "caps[0].at_most: '0' is out of range"),
        ("minimum_charge", "", "minimum_charge: is not a plain decimal number, such as 50.00"),
        ("grace.step", "60m", "grace.step: must be at most 59m"),
        ("grace.start", "25h", "grace.start: must be at most 1440m"),
        ("offers[0].enter.to", "05:00", "offers[0].enter: from and to must differ"),
        ("offers[0].leave.from", "20:00", "offers[0].leave: from comes after to"),
        (
            "offers[0].leave.from",
            "15:00",
            "offers[0].leave.from: the price may fall when the offer begins to fit; say may_fall if you mean it",
        ),
        ("lost_ticket", {}, "lost_ticket.fee: is missing"),
        ("tax.percent", "101", "tax.percent: '101' is more than 100 percent"),
        ("tax.percent", "1.234", "tax.percent: '1.234' is no percentage, such as 18 or 7.5"),
        ("tax.included", "yes", "tax.included: input should be a valid boolean"),
        ("may_fall", 1, "may_fall: input should be a valid boolean"),
    ],
    ids=str,
)
def test_a_bad_definition_is_refused_with_the_path_of_the_problem(path, value, found):
    assert problems(changed(path, value))[0] == found


def test_all_problems_are_told_at_once():
    definition = changed("currency", "EUX") | {"surge": 2, "tax": {"percent": "x", "included": True}}
    assert [problem.partition(":")[0] for problem in problems(definition)] == ["currency", "tax.percent", "surge"]


def test_a_rate_for_days_and_for_dates_is_refused():
    definition = changed("rates[0].when.days", ["mon"])
    definition["rates"][0]["when"]["dates"] = ["2026-12-25"]
    assert problems(definition) == ["rates[0].when: must not have both days and dates"]


def test_special_days_must_not_overlap():
    special = [
        {"name": name, "when": {"dates": ["2026-12-24"], "from": start}, "free": True}
        for name, start in (("Eve", "12:00"), ("Night", "20:00"))
    ]
    definition = {**GOOD, "rates": [{"name": "Usual", "bands": [{"adds": "1"}]}, *special]}
    assert problems(definition) == ["rates: Eve and Night both hold on 2026-12-24"]


def test_a_gap_that_special_days_would_fill_is_still_a_gap():
    rates = [{"name": "Party", "when": {"dates": ["2026-12-24"]}, "bands": [{"adds": "1"}]}]
    assert problems({**GOOD, "rates": rates}) == ["rates: no rate holds from Mon 00:00 to Mon 00:00"]


def with_bands(*bands, **more):
    return {**GOOD, "rates": [{"name": "Parking", "bands": list(bands)}], "caps": [], **more}


def test_bands_end_later_and_later():
    definition = with_bands({"until": "2h", "adds": "1"}, {"until": "1h", "adds": "1"}, {"adds": "1"})
    assert problems(definition) == ["rates[0].bands[1].until: must be later than that of the band before"]


def test_a_total_that_falls_needs_a_word_and_goes_with_no_caps():
    bands = [{"until": "2h", "each": "1h", "adds": "3.00"}, {"total": "5.00"}]
    path = "rates[0].bands[1].total"
    assert problems(with_bands(*bands)) == [
        f"{path}: is less than the bands before come to; say may_fall if you mean it"
    ]
    assert problems(with_bands(*bands, may_fall=True, caps=GOOD["caps"])) == [
        f"{path}: a total that is less than the bands before come to goes with no caps"
    ]
    read_tariff(definition=with_bands(*bands, may_fall=True))
    read_tariff(definition=with_bands(bands[0], {"total": "6.00"}))


def test_a_total_is_of_its_own_period():
    definition = deepcopy(GOOD)
    del definition["rates"][1]["free"]
    definition["rates"][1]["bands"] = [{"total": "5.00"}]
    read_tariff(definition=definition)
    assert problems({**definition, "on_change": "continue"}) == [
        "rates[1].bands[0].total: a total does not go on from one charged rate to another; restart, or say adds"
    ]


def test_a_grace_for_steps_does_not_go_with_minutes():
    definition = with_bands({"each": "1h", "adds": "1", "pro_rata": True}, grace={"step": "5m"})
    assert problems(definition) == ["grace.step: does not go with pro_rata bands"]


def test_the_price_of_a_year_is_an_amount():
    assert problems(with_bands({"each": "1m", "adds": "1000000"})) == [
        "rates: a stay of one year could cost more than any amount may be"
    ]


def test_the_hourly_tariff_may_have_a_fee_for_a_lost_ticket():
    definition = hourly_definition(rate_minor=5000)
    lost_ticket = {"fee_minor": 20000, "total_at_most_minor": 50000}
    assert read_tariff(definition={**definition, "lost_ticket": lost_ticket}) == HourlyTariff(
        rate_minor=5000, lost_ticket_fee_minor=20000, lost_ticket_total_at_most_minor=50000
    )
    assert problems({**definition, "lost_ticket": {"fee": "2"}}) == [
        "lost_ticket.fee_minor: is missing",
        "lost_ticket.fee: no such key",
        "lost_ticket.fee: must be an integer",
    ]
    assert problems({**definition, "lost_ticket": 5}) == ["lost_ticket: must be an object"]
    assert problems({**definition, "lost_ticket": {"fee_minor": -1}}) == ["lost_ticket.fee_minor is out of range: -1"]
    assert problems({**definition, "lost_ticket": {"fee_minor": 1, "total_at_most_minor": 0}}) == [
        "lost_ticket.total_at_most_minor is out of range: 0"
    ]


def test_the_hourly_tariff_in_words():
    definition = hourly_definition(rate_minor=5000) | {"minimum_hours": 2, "lost_ticket": {"fee_minor": 20000}}
    assert explain(definition, currency="INR") == [
        "INR 50.00 for each started hour.",
        "At least 2 h are charged.",
        "The last 5 min of a stay are free.",
        "Lost ticket: INR 200.00 on top of the stay.",
    ]


def test_a_tariff_in_words():
    assert explain(GOOD) == [
        "Day, 06:00 to 20:00: up to 1 h, EUR 2.00; after 1 h, a further EUR 1.00 for each started 30 min.",
        "Night, 20:00 to 06:00 of the next day: free.",
        "Exactly 1 h is still within the price up to 1 h; it is so for every such limit.",
        "Free time does not count as time parked.",
        "When the rate changes, the stay is priced anew from that moment on.",
        "Maximum for 24 h: at most EUR 9.00 in every 24 h, counted from entry.",
        "A stay of at most 10 min is free; of a longer one everything counts.",
        "Offer Early: EUR 5.00 for a stay that enters 05:00 to 09:00, and leaves until 19:00. The lower price counts.",
        "Lost ticket: EUR 20.00 on top of the stay.",
        "The amounts include 19.00 % tax.",
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PATHS = [
    *GOOD,
    *(f"rates[0].{key}" for key in ("name", "when", "bands", "when.from", "when.to", "when.days", "when.dates")),
    *(f"rates[0].bands[0].{key}" for key in ("until", "each", "adds", "total", "pro_rata")),
    *("rates[1]", "rates[0].bands[1]", "caps[0]", "caps[0].at_most", "caps[0].per", "grace.end", "offers[0].leave"),
    *("offers[0].price", "offers[0].longest", "tax.percent", "lost_ticket.fee", "on_change", "boundary", "name"),
]
texts = st.sampled_from(
    ["1h", "0", "24:00", "00:00", "mon-sun", "2026-12-25", "9" * 30, "1e5", "٣", "\ud800", "\n", ""]
)


@given(definition=st.dictionaries(st.sampled_from([*GOOD, "x"]), json_values, max_size=8))
def test_any_json_is_a_tariff_or_a_problem(definition):
    for kind in ("rates", "hourly", definition.get("kind")):
        read_or_refused({**definition, "kind": kind})


@given(path=st.sampled_from(PATHS), value=json_values | texts)
def test_a_tariff_with_anything_in_one_place_is_a_tariff_or_a_problem(path, value):
    read_or_refused(changed(path, value))


@given(name=st.sampled_from([*hourly_definition(rate_minor=1), "lost_ticket"]), value=json_values)
def test_an_hourly_tariff_with_anything_in_one_place_is_a_tariff_or_a_problem(name, value):
    read_or_refused({**hourly_definition(rate_minor=5000), name: value})


def read_or_refused(definition):
    found = [": "]
    try:
        explain(definition)
    except TariffProblem as refused:
        found = list(refused.problems)
    assert found
    assert all(": " in problem for problem in found)
