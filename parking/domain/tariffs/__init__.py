"""What a stay costs. A tariff is immutable data; a booking keeps the version it was sold under (docs/tariffs.md)."""

from parking.domain.tariffs.contract import (
    MAX_BOOKED_HOURS,
    PriceLine,
    StayPrice,
    Tariff,
    TariffProblem,
    whole_minutes,
)
from parking.domain.tariffs.curve import MAX_CURVE_STEPS, price_curve
from parking.domain.tariffs.hourly import HourlyTariff, hourly_definition
from parking.domain.tariffs.rates import RatesTariff
from parking.domain.tariffs.reading import read_tariff
from parking.domain.tariffs.words import explain

__all__ = [
    "MAX_BOOKED_HOURS",
    "MAX_CURVE_STEPS",
    "HourlyTariff",
    "PriceLine",
    "RatesTariff",
    "StayPrice",
    "Tariff",
    "TariffProblem",
    "explain",
    "hourly_definition",
    "price_curve",
    "read_tariff",
    "whole_minutes",
]
