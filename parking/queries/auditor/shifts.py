"""I12 at the desk: what a cashier's drawer must hold."""

from __future__ import annotations

from typing import Final

from parking.queries.auditor.findings import Question, each_row

DRAWERS_ADD_UP: Final[tuple[Question, ...]] = (
    each_row(
        problem="A cashier's shift was closed with another expected amount than its payments and refunds say.",
        ids=("shift",),
        sql="""
            SELECT shift.id FROM parking_cashiershift shift
            LEFT JOIN (
                SELECT shift_id, SUM(captured_minor) AS minor FROM parking_payment
                WHERE shift_id IS NOT NULL AND completed_at IS NOT NULL
                GROUP BY shift_id
            ) taken ON taken.shift_id = shift.id
            LEFT JOIN (
                SELECT shift_id, SUM(amount_minor) AS minor FROM parking_refund
                WHERE shift_id IS NOT NULL AND status = 'PROCESSED'
                GROUP BY shift_id
            ) handed ON handed.shift_id = shift.id
            WHERE shift.closed_at IS NOT NULL AND shift.expected_minor
                <> shift.opening_float_minor + COALESCE(taken.minor, 0) - COALESCE(handed.minor, 0)
        """,
    ),
    each_row(
        problem="Cash was handed back and nobody knows out of which drawer, or what was no cash came out of one.",
        ids=("refund", "payment"),
        sql="""
            SELECT r.id, r.payment_id FROM parking_refund r
            JOIN parking_payment p ON p.id = r.payment_id
            WHERE (p.provider = 'cash' AND r.status = 'PROCESSED' AND r.shift_id IS NULL)
                OR (r.shift_id IS NOT NULL AND (p.provider <> 'cash' OR r.status <> 'PROCESSED'))
        """,
    ),
)
