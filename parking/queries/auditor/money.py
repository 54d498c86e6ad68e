"""I9 to I14 and I16: the money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from parking.domain.errors import InvalidField
from parking.domain.money import currency_exponent
from parking.domain.policy import Policy, cancellation_refund
from parking.queries.auditor.findings import Finding, Question, each_row, name_ids
from parking.queries.auditor.reading import Reader, when, when_or_none

_CLOSED_STAYS: Final = """
SELECT s.id, s.booking_id, s.entry_time, s.billed_until, b.tariff_id,
    CASE WHEN s.gate_opened_at IS NULL THEN 0 ELSE 1 END,
    COALESCE(taken.captured_minor, 0), COALESCE(given.refunded_minor, 0),
    COALESCE(said.adjusted_minor, 0), COALESCE(said.discounts_minor, 0)
FROM parking_parkingsession s
JOIN parking_parkingbooking b ON b.id = s.booking_id
LEFT JOIN (
    SELECT booking_id, SUM(captured_minor - surplus_minor) AS captured_minor
    FROM parking_payment
    WHERE completed_at IS NOT NULL
    GROUP BY booking_id
) taken ON taken.booking_id = b.id
LEFT JOIN (
    SELECT p.booking_id, SUM(r.amount_minor) AS refunded_minor
    FROM parking_refund r JOIN parking_payment p ON p.id = r.payment_id
    WHERE r.kind <> 'SURPLUS'
    GROUP BY p.booking_id
) given ON given.booking_id = b.id
LEFT JOIN (
    SELECT booking_id,
        SUM(CASE WHEN kind NOT IN ('VALIDATION', 'PERMIT') THEN amount_minor ELSE 0 END) AS adjusted_minor,
        SUM(CASE WHEN kind IN ('VALIDATION', 'PERMIT') THEN amount_minor ELSE 0 END) AS discounts_minor
    FROM parking_adjustment
    WHERE status = 'APPROVED'
    GROUP BY booking_id
) said ON said.booking_id = b.id
WHERE s.status = 'COMPLETED' AND s.billed_until >= s.entry_time
"""

_CANCELLED: Final = """
SELECT b.id, b.policy_id, b.paid_at, b.starts_at, b.closed_at,
    CASE WHEN EXISTS (SELECT 1 FROM parking_slotallocation a
        WHERE a.booking_id = b.id AND a.release_reason = 'ZONE_FULL') THEN 1 ELSE 0 END,
    COALESCE(taken.captured_minor, 0), COALESCE(given.cancelled_minor, 0), COALESCE(given.zone_full_minor, 0)
FROM parking_parkingbooking b
LEFT JOIN (
    SELECT booking_id, SUM(captured_minor - surplus_minor) AS captured_minor
    FROM parking_payment
    WHERE completed_at IS NOT NULL
    GROUP BY booking_id
) taken ON taken.booking_id = b.id
LEFT JOIN (
    SELECT p.booking_id,
        SUM(CASE WHEN r.kind = 'BOOKING_CANCEL' THEN r.amount_minor ELSE 0 END) AS cancelled_minor,
        SUM(CASE WHEN r.kind = 'ZONE_FULL' THEN r.amount_minor ELSE 0 END) AS zone_full_minor
    FROM parking_refund r JOIN parking_payment p ON p.id = r.payment_id
    GROUP BY p.booking_id
) given ON given.booking_id = b.id
WHERE b.status = 'CANCELLED' AND NOT EXISTS (SELECT 1 FROM parking_parkingsession s WHERE s.booking_id = b.id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClosedStay:
    """Minor units; surplus apart."""

    ids: dict[str, str]
    has_left: bool
    total_minor: int
    captured_minor: int
    refunded_minor: int


def _closed_stays(read: Reader) -> Iterator[_ClosedStay]:
    """Completed stays that do not add up, priced anew by the tariff they were sold under, with their adjustments.

    A refund counts from its decision on: one that failed at the provider is asked for until it goes through.
    """
    for row in read(_CLOSED_STAYS):
        session_id, booking_id, entered_at, billed_until, tariff_id, has_left, captured, refunded, *said = row
        price = read.tariff(tariff_id).stay_price(entered_at=when(entered_at), left_at=when(billed_until))
        adjusted_minor, discounts_minor = (int(minor) for minor in said)
        # Where a tariff falls, more may have been waived than the whole stay costs in the end.
        total_minor = max(0, price.amount_minor + adjusted_minor) + discounts_minor
        if captured - refunded == total_minor <= captured:
            continue
        yield _ClosedStay(
            ids=name_ids(names=("session", "booking"), values=(session_id, booking_id)),
            has_left=bool(has_left),
            total_minor=total_minor,
            captured_minor=int(captured),
            refunded_minor=int(refunded),
        )


def _stays_that_do_not_add_up(read: Reader) -> Iterator[Finding]:
    """What was never captured is I13's; what is too much goes back when the gate opens."""
    for stay in _closed_stays(read):
        kept_minor = stay.captured_minor - stay.refunded_minor
        goes_back_yet = kept_minor > stay.total_minor and not stay.has_left
        if stay.captured_minor >= stay.total_minor and not goes_back_yet:
            yield Finding(
                problem=f"A closed stay costs {stay.total_minor} minor units, and {kept_minor} were kept for it.",
                ids=stay.ids,
            )


def _completed_with_money_due(read: Reader) -> Iterator[Finding]:
    for stay in _closed_stays(read):
        if stay.captured_minor < stay.total_minor:
            due_minor = stay.total_minor - stay.captured_minor
            yield Finding(problem=f"A stay was completed while {due_minor} minor units were due for it.", ids=stay.ids)


def _currencies_there_are_not(read: Reader) -> Iterator[Finding]:
    for booking_id, currency in read("SELECT MIN(CAST(id AS text)), currency FROM parking_parkingbooking GROUP BY 2"):
        try:
            currency_exponent(currency=currency)
        except InvalidField:
            yield Finding(
                problem="A booking is in a currency that there is not.",
                ids=name_ids(names=("booking",), values=(booking_id,)),
            )


def _cancellations_that_gave_back_otherwise(read: Reader) -> Iterator[Finding]:
    """All or nothing by the policy the booking was sold under; all when the zone was full."""
    for booking_id, policy_id, paid_at, starts_at, closed_at, was_full, captured, cancelled, zone_full in read(
        _CANCELLED
    ):
        times = _Times(paid_at=when_or_none(paid_at), starts_at=when(starts_at), closed_at=when_or_none(closed_at))
        due = _due_to_the_driver(times=times, policy=read.policy(policy_id), captured_minor=int(captured))
        wanted = (0, captured) if was_full else (due, 0)
        if (cancelled, zone_full) != wanted:
            yield Finding(
                problem=f"A cancellation gave back {cancelled + zone_full} minor units instead of {sum(wanted)}.",
                ids=name_ids(names=("booking",), values=(booking_id,)),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """Of a booking that was cancelled."""

    paid_at: datetime | None
    starts_at: datetime
    closed_at: datetime | None


def _due_to_the_driver(*, times: _Times, policy: Policy, captured_minor: int) -> int:
    if times.paid_at is None or times.closed_at is None:
        return 0
    return cancellation_refund(
        captured_minor=captured_minor,
        paid_at=times.paid_at,
        starts_at=times.starts_at,
        now=times.closed_at,
        policy=policy,
    )


BOUNDED_AND_OF_ONE_CURRENCY: Final[tuple[Question, ...]] = (
    each_row(
        problem="A booking's price is no whole amount in bounds, or not in its tariff's currency.",
        ids=("booking",),
        sql="""
            SELECT b.id FROM parking_parkingbooking b
            JOIN parking_tariffversion t ON t.id = b.tariff_id
            WHERE NOT (b.price_minor BETWEEN 0 AND MAX_AMOUNT_MINOR)
                OR CAST(b.price_minor AS bigint) <> b.price_minor OR b.currency <> t.currency
        """,
    ),
    each_row(
        problem="A payment is no whole amount in bounds, was captured in part, or is not in its booking's currency.",
        ids=("payment", "booking"),
        sql="""
            SELECT p.id, p.booking_id FROM parking_payment p
            JOIN parking_parkingbooking b ON b.id = p.booking_id
            WHERE NOT (p.amount_minor BETWEEN 1 AND MAX_AMOUNT_MINOR)
                OR CAST(p.amount_minor AS bigint) <> p.amount_minor
                OR p.captured_minor NOT IN (0, p.amount_minor) OR p.surplus_minor NOT IN (0, p.captured_minor)
                OR p.currency <> b.currency
        """,
    ),
    each_row(
        problem="A refund is no whole amount in bounds, or not in its payment's currency.",
        ids=("refund", "payment"),
        sql="""
            SELECT r.id, r.payment_id FROM parking_refund r
            JOIN parking_payment p ON p.id = r.payment_id
            WHERE NOT (r.amount_minor BETWEEN 1 AND MAX_AMOUNT_MINOR)
                OR CAST(r.amount_minor AS bigint) <> r.amount_minor OR r.currency <> p.currency
        """,
    ),
    each_row(
        problem="A quote is no whole amount in bounds, or not in its booking's currency.",
        ids=("quote", "session"),
        sql="""
            SELECT q.id, q.session_id FROM parking_quote q
            JOIN parking_parkingsession s ON s.id = q.session_id
            JOIN parking_parkingbooking b ON b.id = s.booking_id
            WHERE NOT (q.amount_minor BETWEEN 1 AND MAX_AMOUNT_MINOR)
                OR CAST(q.amount_minor AS bigint) <> q.amount_minor OR q.currency <> b.currency
        """,
    ),
    _currencies_there_are_not,
)

REFUNDED_AT_MOST_CAPTURED: Final[tuple[Question, ...]] = (
    each_row(
        problem="More was refunded on a payment than was captured.",
        ids=("payment", "booking"),
        sql="""
            SELECT p.id, p.booking_id FROM parking_payment p
            JOIN (
                SELECT payment_id, SUM(amount_minor) AS refunded_minor
                FROM parking_refund
                WHERE status <> 'FAILED'
                GROUP BY payment_id
            ) given ON given.payment_id = p.id
            WHERE given.refunded_minor > p.captured_minor
        """,
    ),
)

PAID_ONCE: Final[tuple[Question, ...]] = (
    each_row(
        problem="A booking was paid for more than once, and the second payment is not marked surplus.",
        ids=("booking", "payment", "other_payment"),
        sql="""
            SELECT booking_id, MIN(CAST(id AS text)), MAX(CAST(id AS text)) FROM parking_payment
            WHERE kind = 'BOOKING' AND completed_at IS NOT NULL AND surplus_minor = 0
            GROUP BY booking_id HAVING COUNT(*) > 1
        """,
    ),
    each_row(
        problem="A quote was paid more than once, and the second payment is not marked surplus.",
        ids=("quote", "payment", "other_payment"),
        sql="""
            SELECT quote_id, MIN(CAST(id AS text)), MAX(CAST(id AS text)) FROM parking_payment
            WHERE quote_id IS NOT NULL AND completed_at IS NOT NULL AND surplus_minor = 0
            GROUP BY quote_id HAVING COUNT(*) > 1
        """,
    ),
    each_row(
        problem="A surplus payment does not go back exactly once.",
        ids=("payment", "booking"),
        sql="""
            SELECT p.id, p.booking_id FROM parking_payment p
            WHERE p.surplus_minor > 0 AND 1 <> (
                SELECT COUNT(*) FROM parking_refund r WHERE r.payment_id = p.id AND r.kind = 'SURPLUS')
        """,
    ),
    each_row(
        problem="Money went back as surplus on a payment that is not marked surplus.",
        ids=("refund", "payment"),
        sql="""
            SELECT r.id, r.payment_id FROM parking_refund r
            JOIN parking_payment p ON p.id = r.payment_id
            WHERE r.kind = 'SURPLUS' AND p.surplus_minor = 0
        """,
    ),
)

CLOSED_STAYS_ADD_UP: Final[tuple[Question, ...]] = (_stays_that_do_not_add_up,)

NOTHING_FREED_WHILE_DUE: Final[tuple[Question, ...]] = (
    _completed_with_money_due,
    each_row(
        problem="A slot was freed while its car waits at the exit with money due.",
        ids=("session", "booking"),
        sql="""
            SELECT s.id, s.booking_id FROM parking_parkingsession s
            JOIN parking_parkingbooking b ON b.id = s.booking_id
            WHERE s.status = 'AWAITING_PAYMENT' AND b.closed_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM parking_slotallocation a
                WHERE a.booking_id = b.id AND a.released_at IS NULL AND a.parked_at IS NOT NULL)
        """,
    ),
)

REFERENCES_ARE_UNIQUE: Final[tuple[Question, ...]] = (
    each_row(
        problem="Two payments have one reference of the provider.",
        ids=("payment", "other_payment"),
        sql="""
            SELECT MIN(CAST(id AS text)), MAX(CAST(id AS text)) FROM parking_payment
            WHERE provider_reference IS NOT NULL AND provider_reference <> ''
            GROUP BY provider, provider_reference HAVING COUNT(*) > 1
        """,
    ),
    each_row(
        problem="Two refunds have one reference of the provider.",
        ids=("refund", "other_refund"),
        sql="""
            SELECT MIN(CAST(r.id AS text)), MAX(CAST(r.id AS text)) FROM parking_refund r
            JOIN parking_payment p ON p.id = r.payment_id
            WHERE r.provider_reference <> ''
            GROUP BY p.provider, r.provider_reference HAVING COUNT(*) > 1
        """,
    ),
    each_row(
        problem="One idempotency key stands for two requests.",
        ids=("request", "other_request"),
        sql="""
            SELECT MIN(id), MAX(id) FROM parking_idempotentrequest
            GROUP BY scope, client_key HAVING COUNT(*) > 1
        """,
    ),
)

DECIDED_ONCE: Final[tuple[Question, ...]] = (
    _cancellations_that_gave_back_otherwise,
    each_row(
        problem="Money went back for a cancellation, and the booking is not cancelled.",
        ids=("refund", "booking"),
        sql="""
            SELECT r.id, p.booking_id FROM parking_refund r
            JOIN parking_payment p ON p.id = r.payment_id
            JOIN parking_parkingbooking b ON b.id = p.booking_id
            WHERE r.kind IN ('BOOKING_CANCEL', 'ZONE_FULL') AND b.status <> 'CANCELLED'
        """,
    ),
    each_row(
        problem="Money went back for unused time, and the car has not left.",
        ids=("refund", "booking"),
        sql="""
            SELECT r.id, p.booking_id FROM parking_refund r
            JOIN parking_payment p ON p.id = r.payment_id
            WHERE r.kind = 'UNUSED_TIME' AND NOT EXISTS (
                SELECT 1 FROM parking_parkingsession s
                WHERE s.booking_id = p.booking_id AND s.status = 'COMPLETED')
        """,
    ),
    each_row(
        problem="A surplus payment did not go back whole.",
        ids=("refund", "payment"),
        sql="""
            SELECT r.id, r.payment_id FROM parking_refund r
            JOIN parking_payment p ON p.id = r.payment_id
            WHERE r.kind = 'SURPLUS' AND p.surplus_minor > 0 AND r.amount_minor <> p.surplus_minor
        """,
    ),
    each_row(
        problem="One decision has more than one refund on a payment.",
        ids=("payment", "refund", "other_refund"),
        sql="""
            SELECT payment_id, MIN(CAST(id AS text)), MAX(CAST(id AS text)) FROM parking_refund
            WHERE kind NOT IN ('MANUAL', 'SURPLUS')
            GROUP BY payment_id, kind HAVING COUNT(*) > 1
        """,
    ),
    each_row(
        problem="Money went back for one booking by two decisions of one kind.",
        ids=("booking", "refund", "other_refund"),
        sql="""
            SELECT p.booking_id, MIN(CAST(r.id AS text)), MAX(CAST(r.id AS text)) FROM parking_refund r
            JOIN parking_payment p ON p.id = r.payment_id
            WHERE r.kind NOT IN ('MANUAL', 'SURPLUS')
            GROUP BY p.booking_id, r.kind HAVING COUNT(DISTINCT r.created_at) > 1
        """,
    ),
)
