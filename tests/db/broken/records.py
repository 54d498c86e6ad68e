"""What was written down for good: scans, the audit trail, versions of tariffs and policies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

from parking.models import ProviderEvent
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows
from tests.garage import OPENING


@breaks("parking_scan_type")
def a_scan_on_the_way_up(rows: Rows) -> Statement:
    return lambda: rows.scan(scan_type="UP")


@breaks("parking_scan_result")
def a_scan_that_came_out_otherwise(rows: Rows) -> Statement:
    return lambda: rows.scan(result="PERHAPS")


@breaks("parking_scan_answer")
def a_scan_id_without_the_answer_to_repeat(rows: Rows) -> Statement:
    return lambda: rows.scan(scan_id="1")


@breaks("parking_scan_once")
def one_scan_logged_twice(rows: Rows) -> Statement:
    rows.scan(scan_id="1", answer={})
    return lambda: rows.scan(scan_id="1", answer={})


def _run(sql: str) -> Statement:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return run


def _written_for_good(guard: str, table: str, column: str, write: Callable[[Rows], Any]) -> None:
    """Neither raw SQL nor a model rewrites or deletes a row of `table`, not even to what it was."""

    @breaks(f"{guard}_unchanged")
    def rewritten_by_raw_sql(rows: Rows) -> Statement:
        write(rows)
        return _run(f"UPDATE {table} SET {column} = {column}")

    @breaks(f"{guard}_unchanged")
    def rewritten_by_its_model(rows: Rows) -> Statement:
        return write(rows).save

    @breaks(f"{guard}_kept")
    def deleted_by_raw_sql(rows: Rows) -> Statement:
        write(rows)
        return _run(f"DELETE FROM {table}")

    @breaks(f"{guard}_kept")
    def deleted_by_its_model(rows: Rows) -> Statement:
        return write(rows).delete


_written_for_good("parking_scan", "parking_qrscanlog", "reason", Rows.scan)
_written_for_good("parking_audit", "parking_auditevent", "data", Rows.event)
_written_for_good(
    "parking_tariff", "parking_tariffversion", "version", lambda rows: rows.make_tariff(site=rows.site, version=2)
)
_written_for_good(
    "parking_policy", "parking_policyversion", "version", lambda rows: rows.make_policy(site=rows.site, version=2)
)


def _provider_event(_: Rows) -> ProviderEvent:
    return ProviderEvent.objects.create(provider="fake", event_id="evt_1", subject="charge", key="", applied_at=OPENING)


_written_for_good("parking_provider_event", "parking_providerevent", "key", _provider_event)


@breaks("parking_provider_event_once")
def one_event_applied_twice(rows: Rows) -> Statement:
    _provider_event(rows)
    return lambda: _provider_event(rows)
