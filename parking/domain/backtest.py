"""What recorded stays would bring under a tariff, and who would pay more or less than under another.

All money is integers of minor units. A stay counts for the local day and month of its arrival.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from heapq import nlargest
from itertools import count
from typing import Final, TypeVar

from parking.domain.stay_records import RecordedStay
from parking.domain.tariffs import RatesTariff, StayPrice, Tariff

MAX_TARIFFS: Final = 5
"""More cannot be compared at a glance, nor told apart in a picture."""
PERCENTILES: Final = (10, 25, 50, 75, 90, 99)
LENGTH_EDGES: Final = (30, 60, 120, 240, 480, 720, 1440, 2880, 10_080)
"""Whole minutes. A stay belongs to the first band whose edge it does not exceed, or to the last, which has none."""
MOST_CHARGE_BANDS: Final = 10
NAMED_STAYS: Final = 5
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTariff:
    name: str
    tariff: Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What one stay costs. It is capped if a cap took something off."""

    stay: RecordedStay
    minutes: int
    amount_minor: int
    is_capped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """So many stays, and what they cost together."""

    stays: int
    amount_minor: int

    @property
    def mean_minor(self) -> int:
        """Half a minor unit up; 0 of no stays."""
        return rounded(self.amount_minor, self.stays)


NOTHING: Final = Total(stays=0, amount_minor=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the stays cost under one tariff."""

    name: str
    total: Total
    free: int
    capped: int
    highest_minor: int
    percentiles: Mapping[int, int]
    """By nearest rank: the charge that this percentage of the stays does not exceed. Empty without stays."""
    months: Mapping[str, Total]
    """By year and month, such as 2018-01."""
    weekdays: tuple[Total, ...]
    """Monday first."""
    lengths: tuple[Total, ...]
    """One for each band of LENGTH_EDGES, and what is longer."""
    charge_bands: tuple[int, ...]
    """How many stays are free; then how many cost up to each edge of the backtest; then those that cost more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one stay costs instead; below zero in `difference_minor` is less."""

    charge: Charge
    before_minor: int

    @property
    def difference_minor(self) -> int:
        return self.charge.amount_minor - self.before_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Who pays more and who pays less than under the tariff that it is held against."""

    outcome: Outcome
    more: Total
    """How many pay more, and how much more together."""
    less: Total
    """How many pay less; the amount is below zero."""
    same: int
    lengths: tuple[Total, ...]
    """By band of length: the stays, and the difference together."""
    largest_rises: tuple[Change, ...]
    largest_falls: tuple[Change, ...]

    @property
    def difference_minor(self) -> int:
        return self.more.amount_minor + self.less.amount_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    against: Outcome
    comparisons: tuple[Comparison, ...]
    charge_edges: tuple[int, ...]
    """Minor units. A charge belongs to the first band whose edge it does not exceed."""

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        return self.against, *(comparison.outcome for comparison in self.comparisons)


def backtest(
    *, stays: Sequence[RecordedStay], tariffs: Sequence[NamedTariff], against: NamedTariff, zone: tzinfo
) -> Backtest:
    """Price all stays under each tariff, and hold each against `against`. `zone` says which day a stay arrives on."""
    if not 1 <= len(tariffs) <= MAX_TARIFFS:
        raise ValueError(f"a backtest takes 1 to {MAX_TARIFFS} tariffs")
    priced = [charges_of(stays=stays, tariff=named.tariff) for named in (against, *tariffs)]
    edges = charge_edges(amounts_minor=[charge.amount_minor for charges in priced for charge in charges])
    before, *others = (
        _outcome(name=named.name, charges=charges, edges=edges, zone=zone)
        for named, charges in zip((against, *tariffs), priced, strict=True)
    )
    return Backtest(
        against=before,
        comparisons=tuple(
            _comparison(outcome=outcome, charges=charges, before=priced[0])
            for outcome, charges in zip(others, priced[1:], strict=True)
        ),
        charge_edges=edges,
    )


def charges_of(*, stays: Iterable[RecordedStay], tariff: Tariff) -> list[Charge]:
    """What each stay costs, in their order."""
    has_caps = isinstance(tariff, RatesTariff) and bool(tariff.caps)

    def charge(stay: RecordedStay) -> Charge:
        price = tariff.stay_price(entered_at=stay.arrived_at, left_at=stay.departed_at)
        return Charge(
            stay=stay,
            minutes=price.total_minutes,
            amount_minor=price.amount_minor,
            is_capped=has_caps and _is_capped(price=price),
        )

    return [charge(stay) for stay in stays]


def charge_edges(*, amounts_minor: Sequence[int]) -> tuple[int, ...]:
    """Round edges (1, 2 or 5 and zeros, and their multiples) so that few charges lie beyond the last."""
    charged = sorted(amount for amount in amounts_minor if amount > 0)
    if not charged:
        return ()
    most_minor = _percentile(charged, 95)
    width = round_step(most=most_minor, parts=MOST_CHARGE_BANDS)
    return tuple(width * number for number in range(1, -(-most_minor // width) + 1))


def round_step(*, most: int, parts: int) -> int:
    """The least of 1, 2, 5, 10, 20 and so on that reaches `most` in so many steps."""
    return next(step for step in _round_steps() if step * parts >= most)


def length_band(*, minutes: int) -> int:
    """The number of the band of LENGTH_EDGES that a stay of so many whole minutes belongs to."""
    return bisect_left(LENGTH_EDGES, minutes)


def rounded(numerator: int, denominator: int) -> int:
    """The quotient as a whole number, half away from zero; 0 if the denominator is."""
    if denominator == 0:
        return 0
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def _is_capped(*, price: StayPrice) -> bool:
    """A tariff with caps has no other line below zero than those of its caps."""
    return any(line.amount_minor < 0 for line in price.lines)


def _outcome(*, name: str, charges: Sequence[Charge], edges: Sequence[int], zone: tzinfo) -> Outcome:
    amounts = sorted(charge.amount_minor for charge in charges)
    arrivals = [charge.stay.arrived_at.astimezone(zone) for charge in charges]
    pairs = list(zip(arrivals, charges, strict=True))
    months = _totals((f"{arrived:%Y-%m}", charge.amount_minor) for arrived, charge in pairs)
    weekdays = _totals((arrived.weekday(), charge.amount_minor) for arrived, charge in pairs)
    lengths = _totals((length_band(minutes=charge.minutes), charge.amount_minor) for charge in charges)
    bands = Counter(0 if amount == 0 else 1 + bisect_left(edges, amount) for amount in amounts)
    return Outcome(
        name=name,
        total=Total(stays=len(amounts), amount_minor=sum(amounts)),
        free=bands[0],
        capped=sum(charge.is_capped for charge in charges),
        highest_minor=max(amounts, default=0),
        percentiles={percent: _percentile(amounts, percent) for percent in PERCENTILES} if amounts else {},
        months=dict(sorted(months.items())),
        weekdays=tuple(weekdays.get(day, NOTHING) for day in range(7)),
        lengths=tuple(lengths.get(band, NOTHING) for band in range(len(LENGTH_EDGES) + 1)),
        charge_bands=tuple(bands[band] for band in range(len(edges) + 2)),
    )


def _comparison(*, outcome: Outcome, charges: Sequence[Charge], before: Sequence[Charge]) -> Comparison:
    changes = [
        Change(charge=charge, before_minor=old.amount_minor) for charge, old in zip(charges, before, strict=True)
    ]
    rises = [change for change in changes if change.difference_minor > 0]
    falls = [change for change in changes if change.difference_minor < 0]
    lengths = _totals((length_band(minutes=change.charge.minutes), change.difference_minor) for change in changes)
    return Comparison(
        outcome=outcome,
        more=_sum_of(rises),
        less=_sum_of(falls),
        same=len(changes) - len(rises) - len(falls),
        lengths=tuple(lengths.get(band, NOTHING) for band in range(len(LENGTH_EDGES) + 1)),
        largest_rises=tuple(nlargest(NAMED_STAYS, rises, key=lambda change: change.difference_minor)),
        largest_falls=tuple(nlargest(NAMED_STAYS, falls, key=lambda change: -change.difference_minor)),
    )


def _sum_of(changes: Sequence[Change]) -> Total:
    return Total(stays=len(changes), amount_minor=sum(change.difference_minor for change in changes))


def _totals(amounts: Iterable[tuple[_Key, int]]) -> dict[_Key, Total]:
    by_key: dict[_Key, list[int]] = defaultdict(list)
    for key, amount_minor in amounts:
        by_key[key].append(amount_minor)
    return {key: Total(stays=len(found), amount_minor=sum(found)) for key, found in by_key.items()}


def _percentile(ordered: Sequence[int], percent: int) -> int:
    """By nearest rank, so that it is a charge that somebody really pays."""
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def _round_steps() -> Iterator[int]:
    for exponent in count():
        for digit in (1, 2, 5):
            yield digit * 10**exponent
