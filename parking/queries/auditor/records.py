"""I17 and I21 to I23: what was written down stays, and what must not be written down is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import connection

from parking.db import guards
from parking.domain.cards import holds_card_number
from parking.queries.auditor.findings import Finding, Question, each_row, name_ids
from parking.queries.auditor.reading import Reader
from parking.queries.sealed_logs import LOGS, broken_seals

_MAYBE_A_CARD: Final = "[2-6]([ -]?[0-9]){12}"


def _guards_that_are_missing(_: Reader) -> Iterator[Finding]:
    for name in guards.missing(connection=connection):
        yield Finding(problem="A guard of the database is missing or altered.", ids={"guard": name})


def _seals_that_are_broken(log: str) -> Question:
    def ask(_: Reader) -> Iterator[Finding]:
        for seal in broken_seals(log=log):
            yield Finding(
                problem=f"A seal does not hold: {seal.problem}.",
                ids={"log": seal.log, "first_row": str(seal.first_id), "last_row": str(seal.last_id)},
            )

    return ask


def _card_numbers(*, where: str, sql: str) -> Question:
    """Rows whose text, the second column, holds what looks like a card number; the first is the id."""

    def ask(read: Reader) -> Iterator[Finding]:
        for row_id, text in read(sql.replace("MAYBE_A_CARD", f"'{_MAYBE_A_CARD}'")):
            if holds_card_number(text=text):
                yield Finding(
                    problem="What looks like a card number is stored.",
                    ids=name_ids(names=(where,), values=(row_id,)),
                )

    return ask


EVENTS_ARE_APPLIED_ONCE: Final[tuple[Question, ...]] = (
    each_row(
        problem="One event of the provider was applied twice.",
        ids=("event", "other_event"),
        sql="""
            SELECT MIN(id), MAX(id) FROM parking_providerevent
            GROUP BY provider, event_id HAVING COUNT(*) > 1
        """,
    ),
)

WRITTEN_FOR_GOOD: Final[tuple[Question, ...]] = (
    _guards_that_are_missing,
    *(_seals_that_are_broken(log) for log in LOGS),
    each_row(
        problem="The audit trail tells of a payment that is not there any more.",
        ids=("audit_event",),
        sql="""
            SELECT MIN(event_id) FROM (
                SELECT REPLACE(a.data ->> 'payment_id', '-', '') AS payment_id, a.id AS event_id
                FROM parking_auditevent a WHERE a.action = 'payment.begun'
                UNION ALL
                SELECT REPLACE(CAST(id AS text), '-', '') AS payment_id, NULL AS event_id FROM parking_payment
            ) told
            GROUP BY payment_id HAVING COUNT(event_id) = COUNT(*)
        """,
    ),
    each_row(
        problem="The audit trail tells of a refund that is not there any more.",
        ids=("audit_event",),
        sql="""
            SELECT MIN(event_id) FROM (
                SELECT REPLACE(a.data ->> 'refund_id', '-', '') AS refund_id, a.id AS event_id
                FROM parking_auditevent a WHERE a.action = 'refund.processed'
                UNION ALL
                SELECT REPLACE(CAST(id AS text), '-', '') AS refund_id, NULL AS event_id FROM parking_refund
            ) told
            GROUP BY refund_id HAVING COUNT(event_id) = COUNT(*)
        """,
    ),
)

NO_SECRETS: Final[tuple[Question, ...]] = (
    each_row(
        problem="A device's key is not kept as a hash.",
        ids=("device",),
        sql="SELECT device_id FROM parking_gatedevice WHERE key_hash !~ '\\A([0-9a-f]{64})?\\Z'",
    ),
    each_row(
        problem="An integrator's key is not kept as a hash.",
        ids=("api_key",),
        sql="SELECT key_prefix FROM parking_apikey WHERE key_hash !~ '\\A[0-9a-f]{64}\\Z'",
    ),
    each_row(
        problem="A vehicle's plate is not in its canonical form.",
        ids=("vehicle",),
        sql="SELECT id FROM parking_vehicle WHERE number !~ '\\A[A-Z0-9]{2,12}\\Z'",
    ),
    each_row(
        problem="A booking's plate is not in its canonical form.",
        ids=("booking",),
        sql="SELECT id FROM parking_parkingbooking WHERE plate !~ '\\A[A-Z0-9]{2,12}\\Z'",
    ),
    each_row(
        problem="A session's plate is not in its canonical form.",
        ids=("session",),
        sql="SELECT id FROM parking_parkingsession WHERE plate !~ '\\A[A-Z0-9]{2,12}\\Z'",
    ),
    _card_numbers(
        where="payment",
        sql="SELECT id, provider_token FROM parking_payment WHERE provider_token ~ MAYBE_A_CARD",
    ),
    _card_numbers(where="scan", sql="SELECT id, qr_code FROM parking_qrscanlog WHERE qr_code ~ MAYBE_A_CARD"),
    _card_numbers(
        where="audit_event",
        sql="SELECT id, CAST(data AS text) FROM parking_auditevent WHERE CAST(data AS text) ~ MAYBE_A_CARD",
    ),
    _card_numbers(where="refund", sql="SELECT id, reason FROM parking_refund WHERE reason ~ MAYBE_A_CARD"),
)

ERASABLE: Final[tuple[Question, ...]] = (
    each_row(
        problem="An anonymised booking still has a name, a phone number, or the plate of a car.",
        ids=("booking",),
        sql="""
            SELECT b.id FROM parking_parkingbooking b
            JOIN parking_vehicle v ON v.id = b.vehicle_id
            WHERE b.anonymised_at IS NOT NULL AND (b.owner_name <> '' OR b.phone_number <> ''
                OR b.plate <> v.number OR v.anonymised_at IS NULL)
        """,
    ),
    each_row(
        problem="The stay of an anonymised booking still has the plate of a car.",
        ids=("session", "booking"),
        sql="""
            SELECT s.id, b.id FROM parking_parkingsession s
            JOIN parking_parkingbooking b ON b.id = s.booking_id
            WHERE b.anonymised_at IS NOT NULL AND s.plate <> b.plate
        """,
    ),
    each_row(
        problem="A vehicle that stands for no car has a name or a phone number.",
        ids=("vehicle",),
        sql="""
            SELECT id FROM parking_vehicle
            WHERE anonymised_at IS NOT NULL AND (owner_name <> '' OR phone_number <> '')
        """,
    ),
    each_row(
        problem="The scan log, which is sealed, holds a plate, a name or a phone number.",
        ids=("scan",),
        sql="""
            SELECT id FROM (SELECT id, CAST(answer AS text) AS told FROM parking_qrscanlog) scan
            WHERE told LIKE '%"vehicle_number"%' OR told LIKE '%"plate"%'
                OR told LIKE '%"owner_name"%' OR told LIKE '%"phone_number"%'
        """,
    ),
    each_row(
        problem="The audit trail, which is sealed, holds a plate, a name or a phone number.",
        ids=("audit_event",),
        sql="""
            SELECT id FROM (SELECT id, CAST(data AS text) AS told FROM parking_auditevent) event
            WHERE told LIKE '%"vehicle_number"%' OR told LIKE '%"plate"%'
                OR told LIKE '%"owner_name"%' OR told LIKE '%"phone_number"%'
        """,
    ),
)
