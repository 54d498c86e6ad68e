"""I6, I9, I12, I14, I16 and I20: what people did at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from parking.domain.adjustments import lost_ticket_fee
from parking.queries.auditor.findings import Finding, Question, each_row, name_ids
from parking.queries.auditor.reading import LAG, Reader, when, when_or_none

_GRANTED_ALONE: Final = """
SELECT a.booking_id, b.policy_id, SUM(-a.amount_minor) FROM parking_adjustment a
JOIN parking_parkingbooking b ON b.id = a.booking_id
WHERE a.status = 'APPROVED' AND NOT a.needs_second AND a.kind IN ('WAIVER', 'GOODWILL')
GROUP BY a.booking_id, b.policy_id
"""

_LOST_TICKETS: Final = """
SELECT a.id, a.booking_id, b.tariff_id, s.entry_time, a.created_at, a.amount_minor FROM parking_adjustment a
JOIN parking_parkingsession s ON s.id = a.session_id
JOIN parking_parkingbooking b ON b.id = a.booking_id
WHERE a.kind = 'LOST_TICKET' AND a.status <> 'REJECTED'
"""

_OPENED_OUT_OF_A_DEVICES_TIME: Final = """
SELECT o.id, d.device_id, o.opened_at, d.created_at, d.revoked_at FROM parking_manualopening o
JOIN parking_gatedevice d ON d.id = o.device_id
WHERE o.opened_at < d.created_at OR o.opened_at > d.revoked_at
"""


def _granted_alone_beyond_the_limit(read: Reader) -> Iterator[Finding]:
    for booking_id, policy_id, granted_minor in read(_GRANTED_ALONE):
        limit_minor = read.policy(policy_id).adjustment_limit_minor
        if granted_minor > limit_minor:
            yield Finding(
                problem=f"{granted_minor} minor units were taken off without a second person, above {limit_minor}.",
                ids=name_ids(names=("booking",), values=(booking_id,)),
            )


def _lost_tickets_charged_otherwise(read: Reader) -> Iterator[Finding]:
    """The fee as it was reckoned when it was charged, which can be reckoned again."""
    for adjustment_id, booking_id, tariff_id, entered_at, charged_at, amount_minor in read(_LOST_TICKETS):
        fee_minor = lost_ticket_fee(tariff=read.tariff(tariff_id), entered_at=when(entered_at), now=when(charged_at))
        if amount_minor != fee_minor:
            yield Finding(
                problem=f"A lost ticket cost {amount_minor} minor units, and its tariff says {fee_minor}.",
                ids=name_ids(names=("adjustment", "booking"), values=(adjustment_id, booking_id)),
            )


def _opened_by_a_device_of_another_time(read: Reader) -> Iterator[Finding]:
    for opening_id, device_id, opened_at, created_at, revoked_at in read(_OPENED_OUT_OF_A_DEVICES_TIME):
        at, revoked = when(opened_at), when_or_none(revoked_at)
        if when(created_at) - at > LAG or (revoked is not None and at - revoked > LAG):
            yield Finding(
                problem="A gate was opened by hand before it was registered, or after it was revoked.",
                ids=name_ids(names=("opening", "device"), values=(opening_id, device_id)),
            )


ADJUSTMENTS_HAVE_THEIR_EVENTS: Final[tuple[Question, ...]] = (
    each_row(
        problem="A waiver's or goodwill's status is not what its audit events say.",
        ids=("adjustment", "booking"),
        sql="""
            SELECT a.id, a.booking_id FROM parking_adjustment a
            LEFT JOIN (
                SELECT REPLACE(e.data ->> 'adjustment_id', '-', '') AS adjustment_id,
                    SUM(CASE WHEN e.action = 'adjustment.approved' THEN 1 ELSE 0 END) AS approved,
                    SUM(CASE WHEN e.action = 'adjustment.rejected' THEN 1 ELSE 0 END) AS rejected
                FROM parking_auditevent e
                WHERE e.action LIKE 'adjustment.%'
                GROUP BY 1
            ) told ON told.adjustment_id = REPLACE(CAST(a.id AS text), '-', '')
            WHERE a.kind IN ('WAIVER', 'GOODWILL') AND (told.adjustment_id IS NULL
                OR told.approved <> CASE a.status WHEN 'APPROVED' THEN 1 ELSE 0 END
                OR told.rejected <> CASE a.status WHEN 'REJECTED' THEN 1 ELSE 0 END)
        """,
    ),
)

ADJUSTMENTS_ARE_BOUNDED: Final[tuple[Question, ...]] = (
    each_row(
        problem="An adjustment is no whole amount in bounds, or not in its booking's currency.",
        ids=("adjustment", "booking"),
        sql="""
            SELECT a.id, a.booking_id FROM parking_adjustment a
            JOIN parking_parkingbooking b ON b.id = a.booking_id
            WHERE NOT (a.amount_minor BETWEEN -MAX_AMOUNT_MINOR AND MAX_AMOUNT_MINOR) OR a.amount_minor = 0
                OR CAST(a.amount_minor AS bigint) <> a.amount_minor OR a.currency <> b.currency
        """,
    ),
)

ADJUSTED_BY_THE_RULES: Final[tuple[Question, ...]] = (
    _granted_alone_beyond_the_limit,
    _lost_tickets_charged_otherwise,
    each_row(
        problem="An adjustment that needs a second person was approved by who proposed it.",
        ids=("adjustment", "booking"),
        sql="""
            SELECT id, booking_id FROM parking_adjustment
            WHERE status = 'APPROVED' AND needs_second AND decided_by = proposed_by
        """,
    ),
    each_row(
        problem="What was due was let go for a gate opened by hand, and no such opening closed the stay.",
        ids=("adjustment", "booking"),
        sql="""
            SELECT a.id, a.booking_id FROM parking_adjustment a
            LEFT JOIN parking_manualopening o ON o.session_id = a.session_id AND o.outcome = 'CLOSED'
            WHERE a.kind = 'OPENED_BY_HAND' AND o.id IS NULL
        """,
    ),
)

CODES_ARE_NEVER_USED_AGAIN: Final[tuple[Question, ...]] = (
    each_row(
        problem="A code that was retired opens the gates again.",
        ids=("booking", "retired_of"),
        sql="""
            SELECT b.id, r.booking_id FROM parking_retiredcode r
            JOIN parking_parkingbooking b ON b.qr_code = r.code
        """,
    ),
)

GIVEN_BACK_BY_PEOPLE: Final[tuple[Question, ...]] = (
    each_row(
        problem="A payment was to be given back by hand, and less went back on it than was approved.",
        ids=("payment", "booking"),
        sql="""
            SELECT p.id, p.booking_id FROM (
                SELECT payment_id, SUM(-amount_minor) AS approved_minor FROM parking_adjustment
                WHERE payment_id IS NOT NULL AND status = 'APPROVED'
                GROUP BY payment_id
            ) said
            JOIN parking_payment p ON p.id = said.payment_id
            LEFT JOIN (
                SELECT payment_id, SUM(amount_minor) AS manual_minor FROM parking_refund
                WHERE kind = 'MANUAL'
                GROUP BY payment_id
            ) given ON given.payment_id = said.payment_id
            WHERE COALESCE(given.manual_minor, 0) < said.approved_minor
        """,
    ),
    each_row(
        problem="Money went back by hand, and not as much goodwill was given: or the other way round, without a stay.",
        ids=("booking",),
        sql="""
            SELECT given.booking_id FROM (
                SELECT booking_id, SUM(manual_minor) AS manual_minor, SUM(goodwill_minor) AS goodwill_minor FROM (
                    SELECT p.booking_id, r.amount_minor AS manual_minor, 0 AS goodwill_minor
                    FROM parking_refund r JOIN parking_payment p ON p.id = r.payment_id
                    WHERE r.kind = 'MANUAL' AND p.surplus_minor = 0
                    UNION ALL
                    SELECT booking_id, 0 AS manual_minor, -amount_minor AS goodwill_minor
                    FROM parking_adjustment
                    WHERE kind = 'GOODWILL' AND status = 'APPROVED'
                ) each_one
                GROUP BY booking_id
            ) given
            LEFT JOIN parking_parkingsession s ON s.booking_id = given.booking_id
            WHERE given.manual_minor > given.goodwill_minor
                OR (s.id IS NULL AND given.manual_minor <> given.goodwill_minor)
        """,
    ),
)

KNOWN_GATES_BY_HAND: Final[tuple[Question, ...]] = (
    each_row(
        problem="A gate was opened by hand in a direction that its device does not have.",
        ids=("opening", "device"),
        sql="""
            SELECT o.id, d.device_id FROM parking_manualopening o
            JOIN parking_gatedevice d ON d.id = o.device_id
            WHERE d.direction NOT IN ('BOTH', o.direction)
        """,
    ),
    each_row(
        problem="A gate was opened by hand for a car of a zone that it does not serve.",
        ids=("opening", "device", "zone"),
        sql="""
            SELECT o.id, d.device_id, b.zone_id FROM parking_manualopening o
            JOIN parking_gatedevice d ON d.id = o.device_id
            JOIN parking_parkingbooking b ON b.id = o.booking_id
            JOIN (SELECT DISTINCT gatedevice_id FROM parking_gatedevice_zones) bound ON bound.gatedevice_id = d.id
            LEFT JOIN parking_gatedevice_zones served
                ON served.gatedevice_id = d.id AND served.parkingzone_id = b.zone_id
            WHERE served.id IS NULL
        """,
    ),
    _opened_by_a_device_of_another_time,
)
