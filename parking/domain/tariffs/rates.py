"""A tariff of rates: bands by the time parked, caps, grace, offers. What each part means: docs/tariffs.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from parking.domain.tariffs.caps import Counted, deductions
from parking.domain.tariffs.contract import PriceLine, StayPrice, whole_minutes
from parking.domain.tariffs.lines import Deduction, Stay, notes_of, priced_lines
from parking.domain.tariffs.local_times import MINUTE
from parking.domain.tariffs.offers import fits
from parking.domain.tariffs.rules import Boundary, Cap, Grace, LostTicket, Offer, OnChange, Rate, Tax
from parking.domain.tariffs.schedule import Period, Schedule
from parking.domain.tariffs.steps import runs_of
from parking.domain.tax import WHOLE_BASIS_POINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesTariff:
    """A tariff that an operator wrote down. `read_tariff` makes it, and checks it."""

    name: str
    description: str
    currency: str
    zone: ZoneInfo
    rates: tuple[Rate, ...]
    schedule: Schedule
    boundary: Boundary
    on_change: OnChange
    caps: tuple[Cap, ...]
    grace: Grace
    minimum_charge_minor: int
    offers: tuple[Offer, ...]
    lost_ticket: LostTicket | None
    tax: Tax | None
    may_fall: bool

    @property
    def hourly_rate_minor(self) -> int:
        """The first hour of the first rate that is charged; caps, grace and offers apart. 0 if all is free."""
        charged = next((index for index, rate in enumerate(self.rates) if not rate.is_free), None)
        if charged is None:
            return 0
        hour = [Period(rate=charged, starts=0, ends=60)]
        runs = runs_of(periods=hour, rates=self.rates, boundary=Boundary.BEFORE, on_change=self.on_change)
        return self._with_tax(sum(run.sum_of(run.count) for run in runs))

    @property
    def lost_ticket_fee_minor(self) -> int:
        return self._with_tax(self.lost_ticket.fee_minor) if self.lost_ticket else 0

    @property
    def lost_ticket_total_at_most_minor(self) -> int | None:
        limit_minor = self.lost_ticket.total_at_most_minor if self.lost_ticket else None
        return None if limit_minor is None else self._with_tax(limit_minor)

    @property
    def tax_basis_points(self) -> int | None:
        return self.tax.basis_points if self.tax else None

    def booking_price(self, *, starts_at: datetime, hours: int) -> int:
        """What a stay of `hours` hours from `starts_at` costs."""
        left_at = starts_at.astimezone(UTC) + hours * 60 * MINUTE
        return self.stay_price(entered_at=starts_at, left_at=left_at).amount_minor

    def stay_price(self, *, entered_at: datetime, left_at: datetime) -> StayPrice:
        """Raises ValueError if the stay ends before it began."""
        minutes = whole_minutes(start=entered_at, end=left_at)
        stay = Stay(entered_at=entered_at.astimezone(UTC), minutes=minutes, zone=self.zone, currency=self.currency)
        if 0 < self.grace.start >= minutes:
            return _price(stay=stay, billable_minutes=0, lines=(stay.line("Free: a short stay", amount_minor=0),))
        return self._charged_price(stay)

    def _charged_price(self, stay: Stay) -> StayPrice:
        charged_minutes = max(0, stay.minutes - self.grace.end)
        # One minute more than is charged: a band may be entered at the very last minute.
        periods = self.schedule.periods(entered_at=stay.entered_at, minutes=charged_minutes + 1, zone=self.zone)
        counted = self._counted(periods=periods, charged_minutes=charged_minutes)
        taken_off = deductions(counted=counted, caps=self.caps, entered_at=stay.entered_at, zone=self.zone)
        lines = priced_lines(
            stay=stay,
            rates=self.rates,
            periods=periods,
            counted=counted,
            deductions=[
                Deduction(words=cap.name, amount_minor=amount_minor)
                for cap, amount_minor in zip(self.caps, taken_off, strict=True)
            ],
        )
        lines = self._with_offers(lines=lines, stay=stay)
        lines = self._with_minimum_and_tax(lines=lines, stay=stay)
        billable_minutes = sum(
            max(0, min(period.ends, charged_minutes) - period.starts)
            for period in periods
            if not self.rates[period.rate].is_free
        )
        return _price(stay=stay, billable_minutes=billable_minutes, lines=lines)

    def _counted(self, *, periods: list[Period], charged_minutes: int) -> list[Counted]:
        runs = runs_of(periods=periods, rates=self.rates, boundary=self.boundary, on_change=self.on_change)
        counted = []
        for index, run in enumerate(runs):
            steps = run.steps_counted(charged_minutes=charged_minutes, step_grace=self.grace.step, is_first=index == 0)
            counted.append(Counted(run=run, steps=steps))
        return counted

    def _with_offers(self, *, lines: tuple[PriceLine, ...], stay: Stay) -> tuple[PriceLine, ...]:
        """The lines, or those of the best offer that the stay fits and that costs less."""
        fitting = [
            offer
            for offer in self.offers
            if fits(offer=offer, entered_at=stay.entered_at, minutes=stay.minutes, zone=self.zone)
        ]
        best = min(fitting, key=lambda offer: offer.price_minor, default=None)
        if best is None or best.price_minor >= _sum(lines):
            return lines
        return (stay.line(f"Offer: {best.name}", amount_minor=best.price_minor),)

    def _with_minimum_and_tax(self, *, lines: tuple[PriceLine, ...], stay: Stay) -> tuple[PriceLine, ...]:
        net_minor = _sum(lines)
        if 0 < net_minor < self.minimum_charge_minor:
            lines += (stay.line("Minimum charge", amount_minor=self.minimum_charge_minor - net_minor),)
            net_minor = self.minimum_charge_minor
        if (tax_minor := self._with_tax(net_minor) - net_minor) > 0:
            lines += (stay.line("Tax", amount_minor=tax_minor),)
        return lines

    def _with_tax(self, amount_minor: int) -> int:
        """The amount to pay, with the tax that the amounts of the definition leave out; half a minor unit up."""
        if self.tax is None or self.tax.is_included:
            return amount_minor
        doubled = 2 * amount_minor * self.tax.basis_points
        return amount_minor + (doubled + WHOLE_BASIS_POINTS) // (2 * WHOLE_BASIS_POINTS)


def _sum(lines: tuple[PriceLine, ...]) -> int:
    return sum(line.amount_minor for line in lines)


def _price(*, stay: Stay, billable_minutes: int, lines: tuple[PriceLine, ...]) -> StayPrice:
    return StayPrice(
        amount_minor=_sum(lines),
        total_minutes=stay.minutes,
        billable_minutes=billable_minutes,
        billable_hours=-(-billable_minutes // 60),
        lines=lines,
        notes=notes_of(stay=stay),
    )
