"""Each constraint and each guard refuses what it is there to refuse, under its own name, on both databases."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from django.apps import apps
from django.db import connection

from parking.db import integrity
from parking.db.guard_rules import GUARDS
from parking.models import SlotAllocation
from tests.db.broken import CASES, Case
from tests.db.rows import ALLOWED, Rows, change, complete, outcome
from tests.garage import OPENING, at


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.story)
def test_the_database_refuses(rows: Rows, guards_lifted, case: Case):
    statement = case.write(rows)
    with guards_lifted() if case.behind_a_guard else nullcontext():
        refused_by = outcome(statement)
    assert refused_by == (case.on_sqlite if case.on_sqlite and connection.vendor == "sqlite" else case.name)


def test_every_constraint_and_every_guard_has_its_case():
    models = apps.get_app_config("parking").get_models()
    constraints = {constraint.name for model in models for constraint in model._meta.constraints}
    one_of_a_kind = {
        f"{model._meta.db_table}_{field.column}_key"
        for model in apps.get_app_config("parking").get_models()
        for field in model._meta.local_fields
        if field.unique and not field.primary_key
    }
    assert {case.name for case in CASES} == constraints | one_of_a_kind | {guard.name for guard in GUARDS}


def test_every_error_stands_for_a_name_that_the_database_tells():
    assert set(integrity.ERRORS) - {case.name for case in CASES} == set()


class TestWhatIsAllowed:
    """The neighbours of what is refused."""

    def test_windows_that_touch_share_a_slot(self, rows: Rows):
        rows.allocation(occupies_from=at(minutes=60), occupies_until=at(minutes=120))
        before = {"occupies_from": OPENING, "occupies_until": at(minutes=60)}
        after = {"occupies_from": at(minutes=120), "occupies_until": at(minutes=180)}
        assert outcome(lambda: rows.allocation(**before)) == ALLOWED
        assert outcome(lambda: rows.allocation(**after)) == ALLOWED

    @pytest.mark.parametrize(
        ("start", "end"),
        [(59, 61), (119, 121), (60, 120), (70, 110), (0, 180), (0, 61), (119, 180)],
    )
    def test_windows_that_share_a_minute_do_not(self, rows: Rows, start, end):
        rows.allocation(occupies_from=at(minutes=60), occupies_until=at(minutes=120))
        window = {"occupies_from": at(minutes=start), "occupies_until": at(minutes=end)}
        assert outcome(lambda: rows.allocation(**window)) == "parking_allocation_slot_once"
        assert outcome(lambda: rows.allocation(**window, slot=rows.other_slot)) == ALLOWED

    @pytest.mark.parametrize("microseconds", [1, 999_999])
    def test_an_overlap_of_less_than_a_second_is_one(self, rows: Rows, microseconds):
        rows.allocation(occupies_until=at(minutes=60, seconds=microseconds / 1_000_000))
        window = {"occupies_from": at(minutes=60), "occupies_until": at(minutes=120)}
        assert outcome(lambda: rows.allocation(**window)) == "parking_allocation_slot_once"

    def test_a_slot_that_was_let_go_is_free(self, rows: Rows):
        rows.allocation(released_at=OPENING)
        assert outcome(rows.allocation) == ALLOWED

    def test_an_allocation_may_end_sooner_or_later_within_its_own_time(self, rows: Rows):
        allocation = rows.allocation()
        assert outcome(lambda: change(allocation, occupies_until=at(minutes=150))) == ALLOWED
        assert outcome(lambda: change(allocation, occupies_until=at(minutes=90))) == ALLOWED

    def test_a_vehicle_may_book_right_after_and_again_once_a_booking_is_closed(self, rows: Rows):
        booking = rows.booking()
        later = {"vehicle": booking.vehicle, "starts_at": at(minutes=120), "ends_at": at(minutes=180)}
        assert outcome(lambda: rows.booking(**later)) == ALLOWED
        change(booking, status="CANCELLED", closed_at=OPENING)
        assert outcome(lambda: rows.booking(vehicle=booking.vehicle)) == ALLOWED

    def test_a_vehicle_may_come_back_after_it_left(self, rows: Rows):
        session = rows.session()
        complete(session)
        change(session.booking, closed_at=at(minutes=60))
        again = rows.used_booking(vehicle=session.vehicle)
        assert outcome(lambda: rows.session(booking=again)) == ALLOWED

    def test_a_payment_may_be_given_back_whole_in_parts_and_tried_again_when_one_failed(self, rows: Rows):
        first = rows.refund(amount_minor=4000)
        change(first, status="FAILED")
        payment = first.payment
        assert outcome(lambda: rows.refund(payment=payment, kind="MANUAL", amount_minor=6000)) == ALLOWED
        assert outcome(lambda: change(first, status="PENDING")) == ALLOWED
        assert outcome(lambda: rows.refund(payment=payment, kind="MANUAL", amount_minor=1)) == (
            "parking_refund_at_most_captured"
        )

    def test_two_devices_may_use_one_scan_id_and_many_scans_have_none(self, rows: Rows):
        rows.scan(scan_id="1", answer={})
        assert outcome(lambda: rows.scan(scan_id="1", answer={}, scanner_device_id="OTHER")) == ALLOWED
        assert outcome(lambda: (rows.scan(), rows.scan())) == ALLOWED

    def test_who_is_forgotten_is_forgotten_in_the_booking_and_its_stay(self, rows: Rows):
        session = rows.session()
        complete(session, gate_opened_at=at(minutes=60))
        change(session.booking, closed_at=at(minutes=60))
        nobody = rows.nobody()
        erased = {"vehicle": nobody, "plate": nobody.number}
        told = {"owner_name": "", "phone_number": "", "anonymised_at": at(minutes=90)}
        assert outcome(lambda: change(session, **erased)) == "parking_session_vehicle_kept"
        assert outcome(lambda: change(session.booking, **erased, **told)) == ALLOWED
        assert outcome(lambda: change(session, **erased)) == ALLOWED

    def test_what_a_zone_sells_next_may_change(self, rows: Rows):
        tariff = rows.make_tariff(site=rows.site, version=2)
        assert outcome(lambda: change(rows.zone, tariff=tariff)) == ALLOWED
        assert SlotAllocation.objects.count() == 0
