"""What codes and permits gave, reckoned anew (I12), within their bounds (I9), and how many cars a permit had (I5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from parking.domain.discounts import CodeDiscount
from parking.domain.permits import PermitDiscount
from parking.domain.states import DiscountKind
from parking.domain.tariffs import Tariff
from parking.models import Permit
from parking.queries.auditor.findings import Finding, Question, each_row, name_ids
from parking.queries.auditor.reading import LAG, MAX_VERSIONS, Reader, when, when_or_none
from parking.queries.discounts import UsedCode, one_after_another, permit_discount

_CLOSED_STAYS_WITH_DISCOUNTS: Final = """
SELECT s.id, s.booking_id, s.entry_time, s.billed_until, b.tariff_id, b.permit_id,
    COALESCE(said.adjusted_minor, 0), COALESCE(said.permit_minor, 0), COALESCE(said.codes_minor, 0),
    v.id, d.code, d.kind, d.value, v.reserved_minor, v.granted_minor, v.granted_until
FROM parking_parkingsession s
JOIN parking_parkingbooking b ON b.id = s.booking_id
LEFT JOIN (
    SELECT booking_id, SUM(amount_minor) AS adjusted_minor,
        SUM(CASE WHEN kind = 'PERMIT' THEN amount_minor ELSE 0 END) AS permit_minor,
        SUM(CASE WHEN kind = 'VALIDATION' THEN amount_minor ELSE 0 END) AS codes_minor
    FROM parking_adjustment
    WHERE status = 'APPROVED'
    GROUP BY booking_id
) said ON said.booking_id = b.id
LEFT JOIN parking_validation v ON v.session_id = s.id
LEFT JOIN parking_discountcode d ON d.id = v.discount_id
WHERE s.status = 'COMPLETED' AND s.billed_until >= s.entry_time
    AND (b.permit_id IS NOT NULL OR v.id IS NOT NULL OR said.permit_minor <> 0 OR said.codes_minor <> 0)
ORDER BY s.id, v.id
"""

# A car counts from entry until its stay is completed for the first time, as it does for its zone.
_CARS_BEYOND_THE_PERMIT: Final = """
SELECT permit_id, cars, inside, at, until
FROM (
    SELECT steps.permit_id, p.cars_at_once AS cars, steps.at,
        SUM(steps.step) OVER (PARTITION BY steps.permit_id ORDER BY steps.at, steps.step, steps.id
            ROWS UNBOUNDED PRECEDING) AS inside,
        LEAD(steps.at) OVER (PARTITION BY steps.permit_id ORDER BY steps.at, steps.step, steps.id) AS until
    FROM (
        SELECT s.id, b.permit_id, 1 AS step, s.entry_time AS at
        FROM parking_parkingsession s JOIN parking_parkingbooking b ON b.id = s.booking_id
        WHERE b.permit_id IS NOT NULL AND (b.closed_at IS NULL OR b.closed_at > s.entry_time)
        UNION ALL
        SELECT s.id, b.permit_id, -1 AS step, b.closed_at AS at
        FROM parking_parkingsession s JOIN parking_parkingbooking b ON b.id = s.booking_id
        WHERE b.permit_id IS NOT NULL AND b.closed_at > s.entry_time
    ) steps
    JOIN parking_permit p ON p.id = steps.permit_id
) sweep
WHERE inside > cars
ORDER BY permit_id, at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Granted:
    """A use of a code at the end of its stay, and up to when the bill went that it was granted on."""

    code: UsedCode
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stay:
    """A closed stay; minor units as its adjustments have them, those of a discount below zero."""

    entered_at: datetime
    billed_until: datetime
    tariff: Tariff
    permit: PermitDiscount | None
    adjusted_minor: int
    permit_minor: int
    codes_minor: int
    granted: tuple[_Granted, ...]

    @property
    def price_minor(self) -> int:
        return self.tariff.stay_price(entered_at=self.entered_at, left_at=self.billed_until).amount_minor

    @property
    def costs_nothing(self) -> bool:
        """Then a discount may have found less to take than it gives."""
        return self.price_minor + self.adjusted_minor <= 0


def _discounts_that_are_not_what_they_give(read: Reader) -> Iterator[Finding]:
    permit_of = lru_cache(maxsize=MAX_VERSIONS)(_permit_discount)
    for (session_id, booking_id), rows in groupby(read(_CLOSED_STAYS_WITH_DISCOUNTS), key=lambda row: row[:2]):
        stay = _stay(read=read, rows=list(rows), permit_of=permit_of)
        ids = name_ids(names=("session", "booking"), values=(session_id, booking_id))
        if (problem := _problem_with_permit(stay=stay) or _problem_with_codes(stay=stay)) is not None:
            yield Finding(problem=problem, ids=ids)


def _permit_discount(permit_id: int) -> PermitDiscount:
    return permit_discount(permit=Permit.objects.get(id=permit_id))


def _stay(*, read: Reader, rows: Sequence[tuple[Any, ...]], permit_of: Any) -> _Stay:
    _, _, entered_at, billed_until, tariff_id, permit_id, adjusted, permit_minor, codes_minor, *_ = rows[0]
    return _Stay(
        entered_at=when(entered_at),
        billed_until=when(billed_until),
        tariff=read.tariff(tariff_id),
        permit=permit_of(permit_id) if permit_id is not None else None,
        adjusted_minor=int(adjusted),
        permit_minor=int(permit_minor),
        codes_minor=int(codes_minor),
        granted=tuple(_granted(*row[9:]) for row in rows if row[9] is not None),
    )


def _granted(
    validation_id: int, code: str, kind: str, value: int, reserved_minor: int, granted_minor: int | None, until: Any
) -> _Granted:
    used = UsedCode(
        validation_id=validation_id,
        code=code,
        gives=DiscountKind(kind),
        value=value,
        reserved_minor=reserved_minor,
        granted_minor=granted_minor,
    )
    return _Granted(code=used, until=when_or_none(until))


def _problem_with_permit(*, stay: _Stay) -> str | None:
    paid_minor, gives_minor = -stay.permit_minor, 0
    if stay.permit is not None:
        costs_minor = stay.permit.net(tariff=stay.tariff, entered_at=stay.entered_at, until=stay.billed_until)
        gives_minor = stay.price_minor - costs_minor
    if paid_minor == gives_minor or (0 <= paid_minor < gives_minor and stay.costs_nothing):
        return None
    return f"A permit paid {paid_minor} minor units of a closed stay, and gives {gives_minor}."


def _problem_with_codes(*, stay: _Stay) -> str | None:
    granted_minor = sum(one.code.granted_minor or 0 for one in stay.granted)
    if granted_minor != -stay.codes_minor:
        return f"Codes granted {granted_minor} minor units of a closed stay, and {-stay.codes_minor} were taken off."
    for one in stay.granted:
        if one.until is None or one.code.granted_minor is None:
            return "A stay is over, and what a code gives for it is still reserved."
        gives_minor = _gives(stay=stay, one=one, until=one.until)
        too_little = one.code.granted_minor < gives_minor and not stay.costs_nothing
        if one.code.granted_minor > gives_minor or too_little:
            return f"A code granted {one.code.granted_minor} minor units of a closed stay, and gives {gives_minor}."
    return None


def _gives(*, stay: _Stay, one: _Granted, until: datetime) -> int:
    """What the code gives of the bill up to `until`. What was granted on an earlier bill stands as it is."""
    known = [
        replace(other.code, granted_minor=other.code.granted_minor if other.until < until else None)
        for other in stay.granted
        if other.until is not None and other.until <= until
    ]
    for discount in one_after_another(permit=stay.permit, codes=known):
        if isinstance(discount, CodeDiscount) and discount.validation_id == one.code.validation_id:
            return discount.off(tariff=stay.tariff, entered_at=stay.entered_at, until=until)
    raise AssertionError("a code is one of those that were used by then")


def _permits_that_were_overfull(read: Reader) -> Iterator[Finding]:
    """Unless it was for no longer than a lag: an exit and an entry at one moment."""
    for permit_id, times in groupby(_spans(read(_CARS_BEYOND_THE_PERMIT)), key=lambda span: span[0]):
        for _, cars, inside, began, ended in times:
            if ended is None or ended - began > LAG:
                yield Finding(
                    problem=f"From {began:%Y-%m-%d %H:%M:%S} UTC on, {inside} cars were inside on a permit for {cars}.",
                    ids=name_ids(names=("permit",), values=(permit_id,)),
                )
                break


_Span = tuple[int, int, int, datetime, datetime | None]


def _spans(rows: Iterable[tuple[Any, ...]]) -> Iterator[_Span]:
    """The steps of the sweep, put together where one goes on where the one before it ends."""
    span: _Span | None = None
    for permit_id, cars, inside, at, until in rows:
        if span is not None and (span[0], span[4]) == (permit_id, when(at)):
            span = (permit_id, cars, max(span[2], int(inside)), span[3], when_or_none(until))
            continue
        if span is not None:
            yield span
        span = (permit_id, cars, int(inside), when(at), when_or_none(until))
    if span is not None:
        yield span


DISCOUNTS_ARE_WHAT_THEY_GIVE: Final[tuple[Question, ...]] = (_discounts_that_are_not_what_they_give,)

CODES_ARE_WITHIN_BOUNDS: Final[tuple[Question, ...]] = (
    each_row(
        problem="A discount code was used too often, or its budget is overspent, or its uses do not add up to it.",
        ids=("discount_code",),
        sql="""
            SELECT d.id FROM parking_discountcode d
            LEFT JOIN (
                SELECT discount_id, COUNT(*) AS uses, SUM(COALESCE(granted_minor, reserved_minor)) AS spent_minor
                FROM parking_validation
                GROUP BY discount_id
            ) used ON used.discount_id = d.id
            WHERE d.uses <> COALESCE(used.uses, 0) OR d.spent_minor <> COALESCE(used.spent_minor, 0)
                OR d.uses > d.max_uses OR d.spent_minor > d.budget_minor
        """,
    ),
    each_row(
        problem="A discount code was used for a stay in another currency, or gave more than one use may.",
        ids=("validation", "discount_code", "session"),
        sql="""
            SELECT v.id, v.discount_id, v.session_id FROM parking_validation v
            JOIN parking_discountcode d ON d.id = v.discount_id
            JOIN parking_parkingsession s ON s.id = v.session_id
            JOIN parking_parkingbooking b ON b.id = s.booking_id
            WHERE b.currency <> d.currency OR v.reserved_minor > d.at_most_minor OR v.granted_minor > v.reserved_minor
        """,
    ),
)

PERMITS_ARE_NOT_OVERFULL: Final[tuple[Question, ...]] = (_permits_that_were_overfull,)
