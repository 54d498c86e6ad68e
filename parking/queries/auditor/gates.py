"""I19 and I20: what the gates did, and who was allowed to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from parking.queries.auditor.findings import Finding, Question, each_row, name_ids
from parking.queries.auditor.reading import LAG, Reader, when, when_or_none

_OPENED_OUT_OF_A_DEVICES_TIME: Final = """
SELECT scan.id, d.device_id, scan.scanned_at, d.created_at, d.revoked_at
FROM parking_qrscanlog scan
JOIN parking_gatedevice d ON d.id = scan.device_id
WHERE scan.result = 'SUCCESS' AND (scan.scanned_at < d.created_at OR scan.scanned_at > d.revoked_at)
"""


def _opened_by_a_device_of_another_time(read: Reader) -> Iterator[Finding]:
    for scan_id, device_id, scanned_at, created_at, revoked_at in read(_OPENED_OUT_OF_A_DEVICES_TIME):
        at, revoked = when(scanned_at), when_or_none(revoked_at)
        if when(created_at) - at > LAG or (revoked is not None and at - revoked > LAG):
            yield Finding(
                problem="A device opened a gate before it was registered, or after it was revoked.",
                ids=name_ids(names=("scan", "device"), values=(scan_id, device_id)),
            )


LOGGED_ONCE: Final[tuple[Question, ...]] = (
    each_row(
        problem="A car is or was inside, and its entry is not logged exactly once.",
        ids=("session", "booking"),
        sql="""
            SELECT s.id, s.booking_id FROM parking_parkingsession s
            LEFT JOIN (
                SELECT booking_id, COUNT(*) AS scans FROM parking_qrscanlog
                WHERE scan_type = 'ENTRY' AND result = 'SUCCESS'
                GROUP BY booking_id
            ) entry ON entry.booking_id = s.booking_id
            WHERE COALESCE(entry.scans, 0) <> 1
        """,
    ),
    each_row(
        problem="The exit gate's opening and its log do not agree: one log row for each car let out, none for others.",
        ids=("session", "booking"),
        sql="""
            SELECT s.id, s.booking_id FROM parking_parkingsession s
            LEFT JOIN (
                SELECT booking_id, COUNT(*) AS scans FROM (
                    SELECT booking_id FROM parking_qrscanlog WHERE scan_type = 'EXIT' AND result = 'SUCCESS'
                    UNION ALL
                    SELECT booking_id FROM parking_auditevent WHERE action IN ('passback.closed', 'passback.reset')
                    UNION ALL
                    SELECT booking_id FROM parking_manualopening WHERE outcome = 'CLOSED'
                ) let_out
                GROUP BY booking_id
            ) leaving ON leaving.booking_id = s.booking_id
            WHERE COALESCE(leaving.scans, 0) <> CASE WHEN s.gate_opened_at IS NULL THEN 0 ELSE 1 END
        """,
    ),
    each_row(
        problem="A scan opened a gate for a ticket that has no session.",
        ids=("scan", "booking"),
        sql="""
            SELECT scan.id, scan.booking_id FROM parking_qrscanlog scan
            LEFT JOIN parking_parkingsession s ON s.booking_id = scan.booking_id
            LEFT JOIN parking_parkingbooking b ON b.id = scan.booking_id
            WHERE scan.result = 'SUCCESS' AND s.id IS NULL AND (b.status IS NULL OR b.status <> 'USED')
        """,
    ),
    each_row(
        problem="The scans refused for money that was due are not as many as the audit trail tells of.",
        ids=("booking",),
        sql="""
            SELECT booking_id FROM (
                SELECT booking_id, 1 AS times FROM parking_auditevent
                WHERE action = 'session.payment_due'
                UNION ALL
                SELECT booking_id, -1 AS times FROM parking_qrscanlog
                WHERE scan_type = 'EXIT' AND reason = 'payment_due'
            ) asked
            WHERE booking_id IS NOT NULL
            GROUP BY booking_id HAVING SUM(times) <> 0
        """,
    ),
    each_row(
        problem="One scan of a device is logged more than once.",
        ids=("scan", "other_scan"),
        sql="""
            SELECT MIN(id), MAX(id) FROM parking_qrscanlog
            WHERE scan_id IS NOT NULL
            GROUP BY scanner_device_id, scan_id HAVING COUNT(*) > 1
        """,
    ),
    each_row(
        problem="A scan's reason does not fit its result.",
        ids=("scan",),
        sql="""
            SELECT id FROM parking_qrscanlog
            WHERE (result = 'SUCCESS' AND reason <> 'ok') OR (result <> 'SUCCESS' AND reason = 'ok')
                OR result NOT IN ('SUCCESS', 'FAILED', 'DUPLICATE')
                OR (result = 'DUPLICATE' AND reason NOT IN ('already_entered', 'already_exited'))
        """,
    ),
)

KNOWN_GATES_ONLY: Final[tuple[Question, ...]] = (
    each_row(
        problem="A gate was opened by a device that is not registered, or under another device's name.",
        ids=("scan",),
        sql="""
            SELECT scan.id FROM parking_qrscanlog scan
            LEFT JOIN parking_gatedevice d ON d.id = scan.device_id
            WHERE scan.result = 'SUCCESS' AND (d.id IS NULL OR d.device_id <> scan.scanner_device_id)
        """,
    ),
    _opened_by_a_device_of_another_time,
    each_row(
        problem="A device opened a gate in a direction that it does not have.",
        ids=("scan", "device"),
        sql="""
            SELECT scan.id, d.device_id FROM parking_qrscanlog scan
            JOIN parking_gatedevice d ON d.id = scan.device_id
            WHERE scan.result = 'SUCCESS' AND d.direction NOT IN ('BOTH', scan.scan_type)
        """,
    ),
    each_row(
        problem="A device opened a gate for a zone that it does not serve.",
        ids=("scan", "device", "zone"),
        sql="""
            SELECT scan.id, d.device_id, b.zone_id FROM parking_qrscanlog scan
            JOIN parking_gatedevice d ON d.id = scan.device_id
            JOIN parking_parkingbooking b ON b.id = scan.booking_id
            JOIN (SELECT DISTINCT gatedevice_id FROM parking_gatedevice_zones) bound ON bound.gatedevice_id = d.id
            LEFT JOIN parking_gatedevice_zones served
                ON served.gatedevice_id = d.id AND served.parkingzone_id = b.zone_id
            WHERE scan.result = 'SUCCESS' AND served.id IS NULL
        """,
    ),
    each_row(
        problem="A gate was opened for a caller that is neither that device nor staff.",
        ids=("scan",),
        sql="""
            SELECT scan.id FROM parking_qrscanlog scan
            WHERE scan.result = 'SUCCESS' AND scan.caller <> 'device:' || scan.scanner_device_id
                AND scan.caller NOT LIKE 'staff:_%'
        """,
    ),
)
