"""Money as whole minor units, written and read as the decimal strings of the API."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parking.domain.errors import InvalidField
from parking.domain.money import MAX_AMOUNT_MINOR, currency_exponent, format_amount, parse_amount


@pytest.mark.parametrize(
    ("currency", "amount_minor", "text"),
    [
        ("INR", 10000, "100.00"),
        ("INR", 5, "0.05"),
        ("INR", 0, "0.00"),
        ("INR", MAX_AMOUNT_MINOR, "10000000000.00"),
        ("JPY", 100, "100"),
        ("JPY", 0, "0"),
        ("KWD", 100, "0.100"),
        ("KWD", 12345, "12.345"),
    ],
)
def test_an_amount_is_written_with_the_digits_of_its_currency_and_read_back(currency, amount_minor, text):
    assert format_amount(amount_minor=amount_minor, currency=currency) == text
    assert parse_amount(text=text, currency=currency) == amount_minor


@given(
    amount_minor=st.integers(min_value=0, max_value=MAX_AMOUNT_MINOR),
    currency=st.sampled_from(["INR", "JPY", "KWD"]),
)
def test_every_amount_survives_being_written_and_read(amount_minor, currency):
    text = format_amount(amount_minor=amount_minor, currency=currency)
    assert parse_amount(text=text, currency=currency) == amount_minor


@pytest.mark.parametrize(
    ("currency", "text", "amount_minor"),
    [("INR", "50", 5000), ("INR", "50.5", 5050), ("INR", "0050.00", 5000), ("KWD", "1.5", 1500)],
)
def test_fewer_digits_than_the_currency_has_are_understood(currency, text, amount_minor):
    assert parse_amount(text=text, currency=currency) == amount_minor


@pytest.mark.parametrize(
    ("currency", "text"),
    [
        ("INR", "1.234"),
        ("JPY", "1.5"),
        ("KWD", "1.2345"),
        ("INR", "10000000000.01"),
        ("JPY", "1000000000001"),
        ("INR", "-1"),
        ("INR", "-0.00"),
        ("INR", "+5"),
        ("INR", ""),
        ("INR", "."),
        ("INR", "5."),
        ("INR", ".5"),
        ("INR", " 5"),
        ("INR", "5\n"),
        ("INR", "5,00"),
        ("INR", "1_000"),
        ("INR", "1e2"),
        ("INR", "1e999999999"),
        ("INR", "1e-999999999"),
        ("INR", "9" * 5000),
        ("INR", "0x10"),
        ("INR", "NaN"),
        ("INR", "sNaN"),
        ("INR", "Infinity"),
        ("INR", "fifty"),
        ("INR", "\u0665\u0660"),  # 50 in Arabic digits
        ("INR", "\uff15\uff10"),  # 50 in full width
    ],
)
def test_what_is_no_plain_amount_of_the_currency_is_refused(currency, text):
    with pytest.raises(InvalidField) as refusal:
        parse_amount(text=text, currency=currency)
    assert refusal.value.details == {"field": "amount"}


@given(text=st.text(max_size=20))
def test_any_text_is_an_amount_in_bounds_or_refused(text):
    try:
        amount_minor = parse_amount(text=text, currency="INR")
    except InvalidField:
        return
    assert 0 <= amount_minor <= MAX_AMOUNT_MINOR


@pytest.mark.parametrize(("currency", "exponent"), [("INR", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3), ("BHD", 3)])
def test_a_currency_has_the_digits_of_its_table(currency, exponent):
    assert currency_exponent(currency=currency) == exponent


@pytest.mark.parametrize("currency", ["", "inr", "RUPEE", "ZZZ", "IN", "\u20b9"])
def test_what_is_no_currency_is_refused(currency):
    with pytest.raises(InvalidField) as refusal:
        format_amount(amount_minor=1, currency=currency)
    assert refusal.value.details == {"field": "currency"}
