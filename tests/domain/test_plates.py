"""Number plates: one canonical spelling, nothing guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parking.domain.errors import InvalidField
from parking.domain.plates import canonical_plate


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        ("DL01AB1234", "DL01AB1234"),
        ("dl01ab1234", "DL01AB1234"),
        ("DL 01 AB 1234", "DL01AB1234"),
        ("dl-01.ab_12/34", "DL01AB1234"),
        (" DL01AB1234\t", "DL01AB1234"),
        ("B-MW 1", "BMW1"),
        ("A1", "A1"),
        ("AB", "AB"),
        ("12", "12"),
        ("ABCDEFGHI123", "ABCDEFGHI123"),
        ("A-B-C-D-E-F-G-H-I-1-2-3", "ABCDEFGHI123"),
        ("A1" + 30 * " ", "A1"),
    ],
)
def test_a_plate_has_one_spelling(text, plate):
    assert canonical_plate(text=text) == plate


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("-", "a separator alone"),
        ("A", "too short"),
        ("A-", "too short without its separator"),
        ("ABCDEFGHI1234", "13 characters"),
        ("A1" + 31 * " ", "33 characters as sent"),
        ("DL01AB123\u0410", "Cyrillic A"),
        ("\u0391B12", "Greek Alpha"),
        ("d\u0131lek34", "dotless i, which upper-cases to I"),
        ("\u017fam1234", "long s, which upper-cases to S"),
        ("\ufb01at500", "the ligature fi, which upper-cases to FI"),
        ("stra\u00dfe1", "sharp s, which upper-cases to SS"),
        ("\uff24\uff2c01AB1234", "full width letters"),
        ("DL\uff10\uff11AB1234", "full width digits"),
        ("DL\u0660\u0661AB1234", "Arabic digits"),
        ("M\u00dcXY123", "an umlaut is not repaired"),
        ("DL01\u00a0AB1234", "no-break space"),
        ("DL01\u200bAB1234", "zero width space"),
        ("DL01AB1234\n", "line feed"),
        ("DL01\x00AB", "NUL"),
        ("DL01,AB", "comma"),
        ("DL01'--", "quote"),
        ("=1+1", "a formula"),
    ],
)
def test_anything_else_is_refused(text, why):
    with pytest.raises(InvalidField) as refusal:
        canonical_plate(text=text)
    assert refusal.value.details == {"field": "vehicle_number"}, why


@given(plate=st.from_regex(r"\A[A-Z0-9]{2,12}\Z"))
def test_a_canonical_plate_stays_as_it_is_however_it_was_typed(plate):
    assert canonical_plate(text=plate) == plate
    assert canonical_plate(text=plate.lower()) == plate
    assert canonical_plate(text="-".join(plate)) == plate


@given(text=st.text(max_size=14))
def test_whatever_is_accepted_was_made_of_ascii_letters_digits_and_separators(text):
    try:
        plate = canonical_plate(text=text)
    except InvalidField:
        return
    assert plate == "".join(character for character in text if character not in " \t.-_/").upper()
    assert text.isascii()
