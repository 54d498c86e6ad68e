"""The QR code of a ticket."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parking.domain.codes import code_to_log, qr_code_from_bits, read_qr_code

EVERY_CODE = st.integers(min_value=0, max_value=2**60 - 1).map(lambda bits: qr_code_from_bits(bits=bits))


@pytest.mark.parametrize(
    ("bits", "code"),
    [
        (0, "PARK-000000000000"),
        (1, "PARK-000000000001"),
        (31, "PARK-00000000000Z"),
        (32, "PARK-000000000010"),
        (2**60 - 1, "PARK-ZZZZZZZZZZZZ"),
    ],
)
def test_sixty_bits_are_spelt_as_twelve_characters(bits, code):
    assert qr_code_from_bits(bits=bits) == code


@pytest.mark.parametrize("bits", [-1, 2**60])
def test_fewer_or_more_bits_are_a_mistake_of_ours(bits):
    with pytest.raises(ValueError, match="60 bits"):
        qr_code_from_bits(bits=bits)


@given(one=st.integers(0, 2**60 - 1), other=st.integers(0, 2**60 - 1))
def test_two_tickets_have_one_code_only_if_they_have_the_same_bits(one, other):
    assert (qr_code_from_bits(bits=one) == qr_code_from_bits(bits=other)) == (one == other)


@given(code=EVERY_CODE, before=st.text(" \t\r\n", max_size=3), after=st.text(" \t\r\n", max_size=3))
def test_every_code_is_read_back_also_in_lower_case_and_among_blanks(code, before, after):
    assert read_qr_code(text=before + code + after) == code
    assert read_qr_code(text=before + code.lower() + after) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PARK-",
        "PARK-ABC123DEF45",
        "PARK-ABC123DEF4567",
        "PARKABC123DEF456",
        "PORK-ABC123DEF456",
        "ABC123DEF456",
        "PARK-ABC123DEF45I",
        "PARK-ABC123DEF45L",
        "PARK-ABC123DEF45O",
        "PARK-ABC123DEF45U",
        "park-abc123def45i",
        "PARK ABC123DEF456",
        "PARK-ABC123 DEF456",
        "PARK-ABC123DEF456\x00",
        "PARK-ABC123DEF456PARK-ABC123DEF456",
        "PAR\u212a-ABC123DEF456",  # the Kelvin sign lower-cases to k
        "PARK\u2010ABC123DEF456",  # a hyphen that is not a minus
        "P\u0410RK-ABC123DEF456",  # Cyrillic A
        "PARK-\u0660BC123DEF456",  # an Arabic digit
        "PARK-\uff21BC123DEF456",  # a full width letter
        "PARK-\u017fBC123DEF456",  # long s, which upper-cases to S
    ],
)
def test_what_is_no_code_of_ours_is_not_read(text):
    assert read_qr_code(text=text) is None


def test_the_code_of_the_specification_is_read():
    assert read_qr_code(text="PARK-ABC123DEF456") == "PARK-ABC123DEF456"


@pytest.mark.parametrize(
    ("text", "logged"),
    [
        (" park-abc123def456 ", "PARK-ABC123DEF456"),
        ("PARK-ABC123DEF45", "PARK-ABC123DEF45"),
        ("PARK-4111 1111 1111 1111", "PARK-**** **** **** ****"),
        ("DL 01 AB 1234", "xx ## xx ####"),
        ("+91 98765 43210", "+## ##### #####"),
        ("आशा राव", "xxx xxx"),
        ("https://example.com/7", "xxxxx://xxxxxxx.xxx/#"),
        ("9" * 80, "#" * 64),
        ("", ""),
    ],
)
def test_a_log_keeps_codes_and_of_all_else_only_the_shape(text, logged):
    assert code_to_log(text=text) == logged
