from __future__ import annotations

import pytest

from parking.domain.adjustments import Costs, check_amount, lost_ticket_fee, refusal_of_grant
from parking.domain.errors import AdjustmentTooLarge, InvalidField, NothingDue
from parking.domain.money import MAX_AMOUNT_MINOR
from parking.domain.reasons import clean_reason
from parking.domain.states import AdjustmentKind
from parking.domain.tariffs import read_tariff
from tests.garage import OPENING, at

WAIVER, GOODWILL = AdjustmentKind.WAIVER, AdjustmentKind.GOODWILL


def costs(*, total: int = 10000, due: int = 4000, alone: int = 0, limit: int = 3000) -> Costs:
    return Costs(total_minor=total, due_minor=due, granted_alone_minor=alone, limit_minor=limit, currency="INR")


@pytest.mark.parametrize(
    ("kind", "amount_minor", "refusal"),
    [
        (WAIVER, 4000, None),
        (WAIVER, 4001, AdjustmentTooLarge),
        (GOODWILL, 4001, None),
        (GOODWILL, 10000, None),
        (GOODWILL, 10001, AdjustmentTooLarge),
    ],
)
def test_a_waiver_takes_what_is_due_and_goodwill_what_it_costs(kind, amount_minor, refusal):
    found = refusal_of_grant(kind=kind, amount_minor=amount_minor, costs=costs())
    assert found is None if refusal is None else isinstance(found, refusal)


def test_the_refusal_says_how_much_is_there():
    refusal = refusal_of_grant(kind=WAIVER, amount_minor=5000, costs=costs())
    assert refusal is not None
    assert "40.00 INR" in refusal.message
    assert refusal.details == {"at_most": "40.00", "currency": "INR"}


@pytest.mark.parametrize(("kind", "nothing"), [(WAIVER, {"due": 0}), (GOODWILL, {"total": 0, "due": 0})])
def test_where_nothing_is_there_nothing_is_taken(kind, nothing):
    assert isinstance(refusal_of_grant(kind=kind, amount_minor=1, costs=costs(**nothing)), NothingDue)


@pytest.mark.parametrize(
    ("alone", "amount_minor", "needs_second"),
    [(0, 3000, False), (0, 3001, True), (1000, 2000, False), (1000, 2001, True), (3000, 1, True)],
)
def test_slices_add_up_to_the_limit(alone, amount_minor, needs_second):
    assert costs(alone=alone).needs_second(amount_minor=amount_minor) is needs_second


@pytest.mark.parametrize("amount_minor", [1, MAX_AMOUNT_MINOR])
def test_amounts(amount_minor):
    check_amount(amount_minor=amount_minor)


@pytest.mark.parametrize("amount_minor", [0, -1, MAX_AMOUNT_MINOR + 1])
def test_amounts_that_are_none(amount_minor):
    with pytest.raises(InvalidField):
        check_amount(amount_minor=amount_minor)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" Rain ", "Rain"),
        ("x" * 200, "x" * 200),
        ("रास्ता बंद था", "रास्ता बंद था"),
        ("card 4111111111111111", "card ****************"),
    ],
)
def test_reasons(text, kept):
    assert clean_reason(text=text) == kept


@pytest.mark.parametrize("text", ["", " \t", "x" * 201, "two\nlines", "nul\0"])
def test_reasons_that_are_none(text):
    with pytest.raises(InvalidField) as refusal:
        clean_reason(text=text)
    assert refusal.value.details == {"field": "reason"}


@pytest.mark.parametrize(
    ("lost_ticket", "minutes", "fee_minor"),
    [
        (None, 30, 0),
        ({"fee": "200.00"}, 30, 20000),
        ({"fee": "200.00"}, 3000, 20000),
        ({"fee": "200.00", "total_at_most": "220.00"}, 60, 17000),
        ({"fee": "20.00", "total_at_most": "220.00"}, 60, 2000),
        ({"fee": "20.00", "total_at_most": "220.00"}, 260, 0),
        ({"fee": "20.00", "total_at_most": "100.00"}, 600, 0),
    ],
)
def test_the_fee_for_a_lost_ticket_and_the_stay_are_capped_together(lost_ticket, minutes, fee_minor):
    definition = {
        "kind": "rates",
        "currency": "INR",
        "time_zone": "Asia/Kolkata",
        "rates": [{"name": "Any time", "bands": [{"each": "1h", "adds": "50.00"}]}],
    }
    tariff = read_tariff(definition=definition | ({"lost_ticket": lost_ticket} if lost_ticket else {}))
    assert lost_ticket_fee(tariff=tariff, entered_at=OPENING, now=at(minutes=minutes)) == fee_minor
