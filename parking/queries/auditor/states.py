"""I6 to I8: the states of everything, the trail that led to them, and the order of their times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from parking.domain.states import BOOKING_TRANSITIONS, BookingStatus, SessionStatus
from parking.queries.auditor.findings import Finding, Question, each_row, name_ids
from parking.queries.auditor.reading import Reader

# Where a booking has a session, or says that it has, I7 judges its status.
_TRAILS: Final = """
SELECT b.id, s.id, CASE WHEN s.id IS NULL AND b.status <> 'USED' THEN b.status END, s.status, trail.steps
FROM parking_parkingbooking b
LEFT JOIN parking_parkingsession s ON s.booking_id = b.id
LEFT JOIN (
    SELECT step.booking_id, string_agg(step.action, ' ' ORDER BY step.id) AS steps
    FROM (
        SELECT a.booking_id, a.id,
            CASE WHEN a.action = 'payment.completed' THEN a.action || ':' || (a.data ->> 'kind')
                ELSE a.action END AS action
        FROM parking_auditevent a
        WHERE a.booking_id IS NOT NULL AND (a.action LIKE 'booking.%' OR a.action LIKE 'session.%'
            OR a.action LIKE 'passback.%' OR a.action = 'payment.completed')
        ORDER BY a.booking_id, a.id
    ) step
    GROUP BY step.booking_id
) trail ON trail.booking_id = b.id
"""

_BOOKING_STEPS: Final[Mapping[str, BookingStatus]] = {
    "booking.created": BookingStatus.CREATED,
    "payment.completed:BOOKING": BookingStatus.PAID,
    "booking.permitted": BookingStatus.PAID,
    "booking.free": BookingStatus.PAID,
    "booking.expired": BookingStatus.EXPIRED,
    "booking.cancelled": BookingStatus.CANCELLED,
    "booking.zone_full": BookingStatus.CANCELLED,
    "booking.no_show": BookingStatus.NO_SHOW,
    "session.entered": BookingStatus.USED,
}

_ACTIVE, _AWAITING, _COMPLETED = SessionStatus.ACTIVE, SessionStatus.AWAITING_PAYMENT, SessionStatus.COMPLETED
_SESSION_STEPS: Final[Mapping[str, Mapping[SessionStatus, frozenset[SessionStatus]]]] = {
    "session.payment_due": dict.fromkeys(SessionStatus, frozenset({_AWAITING})),
    "payment.completed:ADDITIONAL": {
        _ACTIVE: frozenset({_ACTIVE}),  # on foot
        _AWAITING: frozenset({_AWAITING, _COMPLETED}),  # late money for an old amount counts, and completes nothing
        _COMPLETED: frozenset({_COMPLETED}),
    },
    "session.left": dict.fromkeys(SessionStatus, frozenset({_COMPLETED})),
    "passback.closed": dict.fromkeys(SessionStatus, frozenset({_COMPLETED})),
    "passback.reset": dict.fromkeys(SessionStatus, frozenset({_COMPLETED})),
}
_LAST_STEPS: Final = frozenset({"session.left", "passback.closed", "passback.reset"})


def _trails_that_do_not_lead_there(read: Reader) -> Iterator[Finding]:
    """The audit trail of each booking, step by step, against the statuses that it and its session have."""
    for booking_id, session_id, status, session_status, steps in read(_TRAILS):
        ends = _follow(steps=steps or "")
        if ends is None:
            problem = "The audit trail of a booking tells a story that cannot be."
        elif status is not None and status != ends[0]:
            problem = f"A booking is {status}, but its audit trail ends with it {ends[0] or 'not there'}."
        elif session_status is not None and session_status not in ends[1]:
            told = " or ".join(sorted(ends[1])) or "not there"
            problem = f"A session is {session_status}, but its audit trail ends with it {told}."
        else:
            continue
        yield Finding(problem=problem, ids=name_ids(names=("booking", "session"), values=(booking_id, session_id)))


@lru_cache(maxsize=10_000)
def _follow(*, steps: str) -> tuple[BookingStatus | None, frozenset[SessionStatus]] | None:
    """Where the booking stands after these steps, and where its session may; None if they cannot follow so."""
    booking: BookingStatus | None = None
    session: frozenset[SessionStatus] = frozenset()
    has_left = False
    for step in steps.split():
        if has_left:
            return None
        if step in _BOOKING_STEPS:
            after = _BOOKING_STEPS[step]
            if not _may_follow(before=booking, after=after):
                return None
            booking = BookingStatus.USED if booking is BookingStatus.USED else after
            session = frozenset({_ACTIVE}) if step == "session.entered" else session
        elif step in _SESSION_STEPS:
            session = frozenset().union(*(_SESSION_STEPS[step][status] for status in session))
            if not session:
                return None
            has_left = step in _LAST_STEPS
    return booking, session


def _may_follow(*, before: BookingStatus | None, after: BookingStatus) -> bool:
    if before is None:
        return after is BookingStatus.CREATED
    # That a booking was paid for twice is I11's to say.
    again = after is BookingStatus.PAID and before in {BookingStatus.PAID, BookingStatus.USED}
    return again or after in BOOKING_TRANSITIONS[before]


ONLY_LISTED_TRANSITIONS: Final[tuple[Question, ...]] = (
    _trails_that_do_not_lead_there,
    each_row(
        problem="A booking's times do not fit its status.",
        ids=("booking",),
        sql="""
            SELECT b.id FROM parking_parkingbooking b
            WHERE NOT EXISTS (SELECT 1 FROM parking_parkingsession s WHERE s.booking_id = b.id)
            AND NOT CASE b.status
                WHEN 'CREATED' THEN b.paid_at IS NULL AND b.closed_at IS NULL
                WHEN 'PAID' THEN b.paid_at IS NOT NULL AND b.closed_at IS NULL
                WHEN 'USED' THEN b.paid_at IS NOT NULL
                WHEN 'EXPIRED' THEN b.paid_at IS NULL AND b.closed_at IS NOT NULL
                WHEN 'CANCELLED' THEN b.closed_at IS NOT NULL
                WHEN 'NO_SHOW' THEN b.paid_at IS NOT NULL AND b.closed_at IS NOT NULL
                ELSE 1 = 0 END
        """,
    ),
    each_row(
        problem="A session's times do not fit its status.",
        ids=("session",),
        sql="""
            SELECT s.id FROM parking_parkingsession s
            WHERE NOT CASE s.status
                WHEN 'ACTIVE' THEN s.exit_time IS NULL AND s.gate_opened_at IS NULL
                WHEN 'AWAITING_PAYMENT' THEN s.exit_time IS NULL AND s.gate_opened_at IS NULL
                WHEN 'COMPLETED' THEN s.exit_time IS NOT NULL AND s.billed_until IS NOT NULL
                ELSE 1 = 0 END
        """,
    ),
    each_row(
        problem="A payment's times do not fit its status.",
        ids=("payment", "booking"),
        sql="""
            SELECT p.id, p.booking_id FROM parking_payment p
            WHERE NOT CASE p.status
                WHEN 'PENDING' THEN p.completed_at IS NULL AND p.failed_at IS NULL
                WHEN 'COMPLETED' THEN p.completed_at IS NOT NULL
                WHEN 'FAILED' THEN p.completed_at IS NULL AND p.failed_at IS NOT NULL
                ELSE 1 = 0 END
        """,
    ),
    each_row(
        problem="A refund's times do not fit its status.",
        ids=("refund", "payment"),
        sql="""
            SELECT r.id, r.payment_id FROM parking_refund r
            WHERE NOT CASE r.status
                WHEN 'PROCESSED' THEN r.processed_at IS NOT NULL
                WHEN 'PENDING' THEN r.processed_at IS NULL
                WHEN 'FAILED' THEN r.processed_at IS NULL
                ELSE 1 = 0 END
        """,
    ),
    each_row(
        problem="A payment's status is not what its audit events say.",
        ids=("payment", "booking"),
        sql="""
            SELECT p.id, p.booking_id FROM parking_payment p
            LEFT JOIN (
                SELECT REPLACE(a.data ->> 'payment_id', '-', '') AS payment_id,
                    SUM(CASE WHEN a.action = 'payment.begun' THEN 1 ELSE 0 END) AS begun,
                    SUM(CASE WHEN a.action = 'payment.failed' THEN 1 ELSE 0 END) AS failed,
                    SUM(CASE WHEN a.action IN ('payment.completed', 'payment.surplus') THEN 1 ELSE 0 END) AS taken
                FROM parking_auditevent a
                WHERE a.action LIKE 'payment.%'
                GROUP BY 1
            ) told ON told.payment_id = REPLACE(CAST(p.id AS text), '-', '')
            WHERE (COALESCE(told.begun, 0) <> 1 AND p.surplus_minor = 0)
                OR COALESCE(told.taken, 0) <> CASE p.status WHEN 'COMPLETED' THEN 1 ELSE 0 END
                OR (COALESCE(told.failed, 0) = 0 AND p.status = 'FAILED')
                OR (COALESCE(told.failed, 0) > 0 AND p.status = 'PENDING')
        """,
    ),
    each_row(
        problem="A refund's status is not what its audit events say.",
        ids=("refund", "payment"),
        sql="""
            SELECT r.id, r.payment_id FROM parking_refund r
            LEFT JOIN (
                SELECT REPLACE(a.data ->> 'refund_id', '-', '') AS refund_id, COUNT(*) AS processed
                FROM parking_auditevent a
                WHERE a.action = 'refund.processed'
                GROUP BY 1
            ) told ON told.refund_id = REPLACE(CAST(r.id AS text), '-', '')
            WHERE COALESCE(told.processed, 0) <> CASE r.status WHEN 'PROCESSED' THEN 1 ELSE 0 END
        """,
    ),
)

ENTERED_ONCE_OR_NEVER: Final[tuple[Question, ...]] = (
    each_row(
        problem="A booking has entered and is not USED: it cannot be both in and cancelled, lapsed or unpaid.",
        ids=("booking", "session"),
        sql="""
            SELECT b.id, s.id FROM parking_parkingsession s
            JOIN parking_parkingbooking b ON b.id = s.booking_id
            WHERE b.status <> 'USED'
        """,
    ),
    each_row(
        problem="A booking is USED and has no session.",
        ids=("booking",),
        sql="""
            SELECT b.id FROM parking_parkingbooking b
            LEFT JOIN parking_parkingsession s ON s.booking_id = b.id
            WHERE b.status = 'USED' AND s.id IS NULL
        """,
    ),
    each_row(
        problem="A booking has more than one session.",
        ids=("booking",),
        sql="SELECT booking_id FROM parking_parkingsession GROUP BY booking_id HAVING COUNT(*) > 1",
    ),
)

PAID_BEFORE_ENTRY: Final[tuple[Question, ...]] = (
    each_row(
        problem="A car entered though less than its booking's price was captured.",
        ids=("session", "booking"),
        sql="""
            SELECT s.id, s.booking_id FROM parking_parkingsession s
            JOIN parking_parkingbooking b ON b.id = s.booking_id
            LEFT JOIN (
                SELECT booking_id, SUM(captured_minor - surplus_minor) AS captured_minor
                FROM parking_payment
                WHERE kind IN ('BOOKING', 'EXTENSION') AND completed_at IS NOT NULL
                GROUP BY booking_id
            ) paid ON paid.booking_id = b.id
            WHERE COALESCE(paid.captured_minor, 0) < b.price_minor
        """,
    ),
    each_row(
        problem="A booking's times are not in order: made, paid, closed; its window's start before its end.",
        ids=("booking",),
        sql="""
            SELECT id FROM parking_parkingbooking
            WHERE paid_at < created_at OR closed_at < created_at OR expires_at < created_at
                OR starts_at < created_at OR ends_at <= starts_at
        """,
    ),
    each_row(
        problem="A session's times are not in order: paid, entered, billed, completed, gate opened.",
        ids=("session", "booking"),
        sql="""
            SELECT s.id, s.booking_id FROM parking_parkingsession s
            JOIN parking_parkingbooking b ON b.id = s.booking_id
            WHERE s.entry_time < b.paid_at OR s.exit_time < s.entry_time OR s.billed_until < s.entry_time
                OR s.gate_opened_at < s.exit_time OR (s.gate_opened_at IS NULL AND s.leave_by < s.billed_until)
        """,
    ),
    each_row(
        problem="A payment was made before it was begun, or before its booking.",
        ids=("payment", "booking"),
        sql="""
            SELECT p.id, p.booking_id FROM parking_payment p
            JOIN parking_parkingbooking b ON b.id = p.booking_id
            WHERE p.created_at < b.created_at OR p.completed_at < p.created_at OR p.failed_at < p.created_at
        """,
    ),
    each_row(
        problem="A refund was paid back before it was ordered.",
        ids=("refund", "payment"),
        sql="SELECT id, payment_id FROM parking_refund WHERE processed_at < created_at",
    ),
)
