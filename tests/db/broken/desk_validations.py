"""Merchants, their codes, and the uses of these."""

from __future__ import annotations

from parking.models import DiscountCode, Merchant, Validation
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change
from tests.garage import OPENING, at


def _merchant(rows: Rows, **changes: object) -> Merchant:
    return Merchant.objects.create(**{"site": rows.site, "name": "Book shop", "created_at": OPENING} | changes)


def _code(rows: Rows, **changes: object) -> DiscountCode:
    """A quarter of the price, at most 50.00, for all of a day."""
    row = {
        "merchant": changes.pop("merchant", None) or _merchant(rows),
        "code": "SHOP",
        "kind": "PERCENT",
        "value": 2500,
        "at_most_minor": 5000,
        "currency": "INR",
        "valid_from": OPENING,
        "valid_until": at(minutes=24 * 60),
        "created_at": OPENING,
    }
    return DiscountCode.objects.create(**row | changes)


def _validation(rows: Rows, **changes: object) -> Validation:
    row = {
        "discount": changes.pop("discount", None) or _code(rows),
        "session": changes.pop("session", None) or rows.session(),
        "reserved_minor": 5000,
        "applied_by": "driver",
        "applied_at": OPENING,
    }
    return Validation.objects.create(**row | changes)


@breaks("parking_merchant_name_once")
def two_merchants_of_one_name(rows: Rows) -> Statement:
    _merchant(rows)
    return lambda: _merchant(rows)


@breaks("parking_discountcode_code_key")
def two_codes_that_are_the_same(rows: Rows) -> Statement:
    first = _code(rows)
    return lambda: _code(rows, merchant=first.merchant)


@breaks("parking_discount_kind")
def a_code_that_gives_what_there_is_not(rows: Rows) -> Statement:
    return lambda: _code(rows, kind="LUCK")


@breaks("parking_discount_value")
def a_code_that_gives_nothing(rows: Rows) -> Statement:
    return lambda: _code(rows, value=0)


@breaks("parking_discount_value")
def a_code_that_gives_more_than_the_whole(rows: Rows) -> Statement:
    return lambda: _code(rows, value=10_001)


@breaks("parking_discount_at_most")
def a_code_of_which_one_use_gives_nothing(rows: Rows) -> Statement:
    return lambda: _code(rows, at_most_minor=0)


@breaks("parking_discount_budget")
def more_spent_than_the_budget(rows: Rows) -> Statement:
    code = _code(rows, budget_minor=5000)
    return lambda: change(code, spent_minor=5001)


@breaks("parking_discount_spent")
def less_than_nothing_spent(rows: Rows) -> Statement:
    code = _code(rows)
    return lambda: change(code, spent_minor=-1)


@breaks("parking_discount_uses")
def used_more_often_than_it_may_be(rows: Rows) -> Statement:
    code = _code(rows, max_uses=1)
    return lambda: change(code, uses=2)


@breaks("parking_discount_validity")
def a_code_that_ends_before_it_begins(rows: Rows) -> Statement:
    return lambda: _code(rows, valid_until=OPENING)


@breaks("parking_discount_fixed")
def a_code_that_gives_more_all_of_a_sudden(rows: Rows) -> Statement:
    code = _code(rows)
    return lambda: change(code, value=5000)


@breaks("parking_discount_fixed")
def a_code_that_goes_to_another_merchant(rows: Rows) -> Statement:
    code, other = _code(rows), _merchant(rows, name="Cinema")
    return lambda: change(code, merchant=other)


@breaks("parking_discount_kept")
def a_code_deleted(rows: Rows) -> Statement:
    code = _code(rows)
    return code.delete


@breaks("parking_validation_once")
def a_code_used_twice_for_one_stay(rows: Rows) -> Statement:
    first = _validation(rows)
    return lambda: _validation(rows, discount=first.discount, session=first.session)


@breaks("parking_validation_reserved")
def a_use_that_reserves_nothing(rows: Rows) -> Statement:
    code, session = _code(rows), rows.session()
    return lambda: _validation(rows, discount=code, session=session, reserved_minor=0)


@breaks("parking_validation_granted")
def more_granted_than_reserved(rows: Rows) -> Statement:
    validation = _validation(rows)
    return lambda: change(validation, granted_minor=5001, granted_until=at(minutes=60))


@breaks("parking_validation_granted")
def granted_and_nobody_knows_on_which_bill(rows: Rows) -> Statement:
    validation = _validation(rows)
    return lambda: change(validation, granted_minor=5000)


@breaks("parking_validation_granted")
def a_bill_on_which_nothing_was_granted(rows: Rows) -> Statement:
    validation = _validation(rows)
    return lambda: change(validation, granted_until=at(minutes=60))


@breaks("parking_validation_fixed")
def a_use_that_moves_to_another_stay(rows: Rows) -> Statement:
    validation = _validation(rows)
    other = rows.session(slot=rows.other_slot)
    return lambda: change(validation, session=other)


@breaks("parking_validation_fixed")
def a_use_that_reserves_more_all_of_a_sudden(rows: Rows) -> Statement:
    validation = _validation(rows)
    return lambda: change(validation, reserved_minor=6000)


@breaks("parking_validation_kept")
def a_use_deleted(rows: Rows) -> Statement:
    validation = _validation(rows)
    return validation.delete


@breaks("parking_validation_currency")
def a_use_for_a_stay_in_another_currency(rows: Rows) -> Statement:
    code, session = _code(rows, currency="EUR"), rows.session()
    return lambda: _validation(rows, discount=code, session=session)
