"""The person behind a booking."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parking.domain.contacts import clean_owner_name, e164_phone
from parking.domain.errors import InvalidField
from parking.models import ParkingBooking

DEVANAGARI = "\u0906\u0936\u093e \u0930\u093e\u0935"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("John Doe", "John Doe"),
        ("  John Doe \n", "John Doe"),
        ("J", "J"),
        (100 * "J", 100 * "J"),
        (100 * "J" + "  ", 100 * "J"),
        ("Rene\u0301", "Ren\u00e9"),
        (100 * "e\u0301", 100 * "\u00e9"),
        (DEVANAGARI, DEVANAGARI),
        ("O'Neill-\u00d6zt\u00fcrk", "O'Neill-\u00d6zt\u00fcrk"),
        ("\U0001f697", "\U0001f697"),
    ],
)
def test_a_name_is_trimmed_and_composed(text, name):
    assert clean_owner_name(text=text) == name


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" \t\n", "blank"),
        (101 * "J", "101 characters"),
        ("John\x00Doe", "NUL"),
        ("John\nDoe", "a line feed forges a line of a log"),
        ("John\x1b[31m", "escape colours a terminal"),
        ("John\x7fDoe", "delete"),
        ("John\x85Doe", "next line"),
        ("John\ud800", "half a surrogate pair, which no UTF-8 can hold"),
        ("John\ue000", "private use"),
        ("John\ufffe", "no character"),
    ],
)
def test_a_name_that_cannot_be_shown_is_refused(text, why):
    with pytest.raises(InvalidField) as refusal:
        clean_owner_name(text=text)
    assert refusal.value.details == {"field": "owner_name"}, why


@given(text=st.text(max_size=110))
def test_a_cleaned_name_is_clean(text):
    try:
        name = clean_owner_name(text=text)
    except InvalidField:
        return
    assert clean_owner_name(text=name) == name
    assert 1 <= len(name) <= 100


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("9876543210", "+919876543210"),
        ("98765 43210", "+919876543210"),
        ("09876543210", "+919876543210"),
        ("+91 98765-43210", "+919876543210"),
        ("+4915112345678", "+4915112345678"),
        ("00 49 151 12345678", "+4915112345678"),
        ("+1 (415) 555-2671", "+14155552671"),
        (None, ""),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_phone_number_is_kept_in_its_international_form(text, phone):
    assert e164_phone(text=text, region="IN") == phone


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("12", "too short"),
        ("98765432101234567", "too long"),
        ("+91", "a country alone"),
        ("+999123456789", "no such country"),
        ("phone", "a word"),
        ("9876543210" + 23 * " ", "33 characters"),
        ("+49123456789012345", "17 digits, and E.164 has 15 at most"),
        ("\x00", "NUL"),
    ],
)
def test_what_is_no_phone_number_is_refused(text, why):
    with pytest.raises(InvalidField) as refusal:
        e164_phone(text=text, region="IN")
    assert refusal.value.details == {"field": "phone_number"}, why


def test_a_number_without_a_country_belongs_to_the_region_of_the_site():
    assert e164_phone(text="030 123456", region="DE") == "+4930123456"


@given(text=st.from_regex(r"\A\+?[0-9 ]{4,24}\Z"))
def test_whatever_is_accepted_fits_where_it_is_stored(text):
    try:
        phone = e164_phone(text=text, region="IN")
    except InvalidField:
        return
    assert re.fullmatch(r"(\+[0-9]{4,15})?", phone)
    assert len(phone) <= ParkingBooking._meta.get_field("phone_number").max_length
