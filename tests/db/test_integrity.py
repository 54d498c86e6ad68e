"""A failed constraint, as the error that it stands for (`parking.db.integrity`)."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, connection, transaction

from parking.db.integrity import constraint_name, translate
from parking.domain.errors import (
    AlreadyEntered,
    AlreadyPaid,
    Busy,
    PaymentInProgress,
    VehicleBusy,
    VehicleInside,
)
from parking.models import ParkingSlot
from tests.db.broken import CASES, bookings, inventory, keys, payments, records, refunds, stays
from tests.db.rows import Rows, change

SQLITE = connection.vendor == "sqlite"


def failure(statement) -> DatabaseError:
    with pytest.raises(DatabaseError) as raised, transaction.atomic():
        statement()
    return raised.value


@pytest.mark.parametrize(
    ("write", "error"),
    [
        (inventory.one_slot_sold_twice_for_one_moment, Busy),
        (inventory.a_car_where_an_overstayer_still_stands, Busy),
        (inventory.two_slots_for_one_booking, Busy),
        (inventory.one_plate_twice, Busy),
        (bookings.two_bookings_of_one_vehicle_for_one_moment, VehicleBusy),
        (payments.one_booking_paid_twice, AlreadyPaid),
        (payments.one_quote_paid_twice, AlreadyPaid),
        # SQLite cannot tell it from the row above, and its single writer lets it come to neither.
        (payments.two_payments_of_one_booking_under_way, AlreadyPaid if SQLITE else PaymentInProgress),
        (refunds.one_payment_given_back_twice_for_one_reason, Busy),
        (records.one_scan_logged_twice, Busy),
        (stays.a_vehicle_inside_twice, VehicleInside),
        (stays.two_stays_on_one_booking, AlreadyEntered),
    ],
    ids=lambda value: value.__name__,
)
def test_somebodys_bad_luck_has_an_error_of_its_own(rows: Rows, write, error):
    assert type(translate(error=failure(write(rows)))) is error


@pytest.mark.parametrize(
    "write",
    [
        bookings.a_negative_price,
        bookings.two_tickets_of_one_code,
        bookings.cancelled_and_paid_after_all,
        inventory.two_slots_of_one_number,
        keys.two_api_keys_of_one_prefix,
        payments.a_payment_deleted,
        refunds.more_given_back_than_was_captured,
        stays.entered_on_an_unpaid_booking,
    ],
    ids=lambda write: write.__name__,
)
def test_a_mistake_of_ours_is_not_dressed_up(rows: Rows, write):
    assert translate(error=failure(write(rows))) is None


class TestFailuresWithoutAName:
    def test_a_column_that_must_not_be_empty(self, rows: Rows):
        error = failure(lambda: change(rows.zone, name=None))
        assert (constraint_name(error=error), translate(error=error)) == (None, None)

    def test_a_reference_to_nothing_is_refused_at_the_latest_at_the_commit(self, rows: Rows):
        def refer_to_nothing() -> None:
            ParkingSlot.objects.create(zone_id=rows.zone.id + 1000, number="X")
            connection.check_constraints()

        assert translate(error=failure(refer_to_nothing)) is None

    def test_a_unique_column_of_a_table_that_is_not_ours(self):
        error = IntegrityError("UNIQUE constraint failed: auth_user.username")
        assert (constraint_name(error=error), translate(error=error)) == (None, None)

    @pytest.mark.parametrize("text", ["", "FOREIGN KEY constraint failed", "a parking guard: in the middle of a text"])
    def test_a_text_that_names_nothing(self, text):
        assert constraint_name(error=IntegrityError(text)) is None


@pytest.mark.parametrize(
    ("error", "cause", "answer"),
    [
        (OperationalError, sqlite3.OperationalError("database is locked"), Busy),
        (OperationalError, psycopg.errors.DeadlockDetected(), Busy),
        (OperationalError, psycopg.errors.SerializationFailure(), Busy),
        (OperationalError, psycopg.errors.LockNotAvailable(), Busy),
        (OperationalError, psycopg.errors.AdminShutdown(), type(None)),
        (OperationalError, sqlite3.OperationalError("no such table: parking_payment"), type(None)),
        (OperationalError, sqlite3.OperationalError("disk I/O error"), type(None)),
        (DataError, psycopg.errors.StringDataRightTruncation(), type(None)),
        (DatabaseError, sqlite3.DatabaseError("file is not a database"), type(None)),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else repr(value),
)
def test_contention_may_be_tried_again_and_a_broken_database_may_not(error, cause, answer):
    failed = error(str(cause))
    failed.__cause__ = cause
    assert type(translate(error=failed)) is answer


def test_no_case_is_written_twice():
    stories = [case.story for case in CASES]
    assert sorted(stories) == sorted(set(stories))
