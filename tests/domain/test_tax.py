"""The tax in a price: gross = net + tax to the last minor unit, half a unit rounded up."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parking.domain.money import MAX_AMOUNT_MINOR
from parking.domain.tax import percentage, split_tax


@pytest.mark.parametrize(
    ("gross_minor", "tax_basis_points", "net_minor", "tax_minor"),
    [
        (10000, 0, 10000, 0),
        (0, 1800, 0, 0),
        (11800, 1800, 10000, 1800),
        (10000, 1800, 8475, 1525),  # 1525.42
        (5000, 1800, 4237, 763),  # 762.71
        (1, 1800, 1, 0),  # 0.15
        (3, 10_000, 1, 2),  # 1.5
        (1, 10_000, 0, 1),  # 0.5
        (5, 10_000, 2, 3),  # 2.5: up, not to the even number
        (10000, 10_000, 5000, 5000),
        (10001, 1, 10000, 1),
        (5000, 1, 5000, 0),  # 0.49995
        (5001, 1, 5000, 1),  # 0.50005
        (10**12, 1800, 847457627119, 152542372881),  # ...881.36
    ],
)
def test_the_tax_in_a_price(gross_minor, tax_basis_points, net_minor, tax_minor):
    split = split_tax(gross_minor=gross_minor, tax_basis_points=tax_basis_points)
    assert (split.net_minor, split.tax_minor, split.gross_minor) == (net_minor, tax_minor, gross_minor)


@given(gross_minor=st.integers(0, MAX_AMOUNT_MINOR), tax_basis_points=st.integers(0, 10_000))
def test_nothing_is_lost_and_no_more_than_half_a_unit_is_rounded(gross_minor, tax_basis_points):
    split = split_tax(gross_minor=gross_minor, tax_basis_points=tax_basis_points)
    exact = Fraction(gross_minor * tax_basis_points, 10_000 + tax_basis_points)
    assert split.net_minor + split.tax_minor == gross_minor
    assert Fraction(-1, 2) < split.tax_minor - exact <= Fraction(1, 2)
    assert min(split.net_minor, split.tax_minor) >= 0


@pytest.mark.parametrize(("gross_minor", "tax_basis_points"), [(-1, 0), (1, -1), (1, 10_001)])
def test_what_is_no_price_or_no_tax_is_refused(gross_minor, tax_basis_points):
    with pytest.raises(ValueError, match="no tax of"):
        split_tax(gross_minor=gross_minor, tax_basis_points=tax_basis_points)


@pytest.mark.parametrize(("basis_points", "text"), [(0, "0.00"), (5, "0.05"), (1800, "18.00"), (10_000, "100.00")])
def test_a_rate_in_words(basis_points, text):
    assert percentage(basis_points=basis_points) == text
