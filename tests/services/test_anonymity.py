"""People who are forgotten: nothing names them any more, and every promise holds as before (promise I23)."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from typing import ClassVar

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Max
from django.test import Client

from parking import jobs
from parking.db.locks import lock_booking, lock_vehicle
from parking.db.transactions import use_case
from parking.domain.anonymity import PLATE_RANDOM_BITS, BookingFacts, Obstacle, nobodys_plate, obstacle_of
from parking.domain.callers import SYSTEM, staff_caller
from parking.domain.errors import (
    Busy,
    HoldLapsed,
    InvalidField,
    PaymentDue,
    PermissionRequired,
    PersonStillNeeded,
)
from parking.domain.permissions import Role
from parking.domain.plates import canonical_plate
from parking.domain.states import AdjustmentKind, BookingStatus, SessionStatus
from parking.gateways.base import Declined
from parking.gateways.simulated import SimulatedGateway
from parking.models import (
    AuditEvent,
    IdempotentRequest,
    LogSeal,
    ParkingBooking,
    ParkingSession,
    Permit,
    PermitCar,
    Receipt,
    Refund,
    Vehicle,
)
from parking.queries.auditor import audit
from parking.queries.desk import find_stays
from parking.queries.people import find_person
from parking.queries.sealed_logs import LOGS, broken_seals
from parking.queries.search import find_bookings
from parking.services import ParkingService, anonymity, seals
from parking.services.collection import give_booking
from tests.garage import OPENING, Garage, at
from tests.queries.cash import CARLA, open_shift, pay_in_cash
from tests.services.desk import OLGA, RAVI, goodwill, propose, with_limit
from tests.services.permit import new_permit

pytestmark = pytest.mark.django_db

PLATE, NAME, PHONE, E164 = "KA05MN7788", "Lakshmi Venkataraman", "98450 12345", "+919845012345"
MONTH = 31 * 24 * 60


@pytest.fixture(autouse=True)
def _the_auditor_is_content_afterwards(db):
    yield
    assert [finding for verdict in audit().verdicts for finding in verdict.shown] == []


def book(garage: Garage, *, plate: str = PLATE, phone: str | None = PHONE, minutes: float = 0, name: str = NAME):
    return ParkingService.create_booking(
        vehicle_number=plate,
        owner_name=name,
        zone_id=garage.zone.id,
        hours=1,
        phone_number=phone,
        now=at(minutes=minutes),
    )


def stay(garage: Garage, *, minutes: float = 0, **changes):
    """Booked, paid, and gone after half an hour."""
    booking = book(garage, minutes=minutes, **changes)
    garage.pay(booking, now=at(minutes=minutes))
    garage.enter(booking, now=at(minutes=minutes), scan_id=f"in-{minutes}")
    garage.leave(booking, now=at(minutes=minutes + 30), scan_id=f"out-{minutes}")
    return booking


def forget(*, minutes: float = 100, caller=OLGA, **who: str):
    return ParkingService.anonymise_person(**(who or {"vehicle_number": PLATE}), caller=caller, now=at(minutes=minutes))


def everything_stored() -> str:
    """Every column of every row of every table, as text; what is kept as bytes too."""
    texts = []
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            texts += [_text(value) for row in cursor.fetchall() for value in row if value is not None]
    return "\n".join(texts)


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    return value if isinstance(value, str) else str(value)


def traces(*words: str) -> list[str]:
    stored = everything_stored()
    return [word for word in words if word in stored]


def seal() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seals, "complete_until", lambda *, model: model.objects.aggregate(last=Max("pk"))["last"])
        seals.seal_logs(now=at(minutes=99))


class TestNothingNamesThem:
    def test_not_a_column_of_any_table(self, garage):
        """A life at the garage: a stay with overtime, goodwill, a receipt, a cancellation, a lapsed hold, a scan that
        was repeated, a ticket that was replaced, stored answers, cash, a changed plate."""
        client = Client(REMOTE_ADDR="127.0.0.1")
        first = stay(garage)
        ParkingService.get_receipt(booking_id=first.booking_id, now=at(minutes=31))
        goodwill(first.booking_id, 500, now=at(minutes=32))
        cancelled = book(garage, minutes=33)
        garage.pay(cancelled, now=at(minutes=33))
        garage.cancel(cancelled, now=at(minutes=34))
        book(garage, minutes=35)  # lapses
        open_shift(now=at(minutes=41))
        changed = book(garage, plate="KA05XX1", minutes=42)
        ParkingService.change_plate(booking_id=changed.booking_id, vehicle_number=PLATE, now=at(minutes=42))
        pay_in_cash(changed.booking_id, now=at(minutes=43))
        ParkingService.replace_ticket(booking_id=changed.booking_id, reason="Torn", caller=RAVI, now=at(minutes=43))
        garage.cancel(changed, now=at(minutes=44))
        refund = Refund.objects.get(payment__booking_id=changed.booking_id)
        ParkingService.hand_back_cash(refund_id=refund.id, caller=CARLA, now=at(minutes=45))
        body = {"vehicle_number": PLATE, "hours": 1, "zone_id": garage.zone.id, "owner_name": NAME}
        answered = client.post(
            "/parking/api/booking/create/",
            json.dumps({**body, "zone_id": 0, "hours": 1}),
            content_type="application/json",
            headers={"Idempotency-Key": "key-1"},
        )
        assert answered.status_code == 404
        IdempotentRequest.objects.filter(client_key="key-1").delete()
        IdempotentRequest.objects.create(
            scope="driver",
            client_key="key-2",
            route="POST /parking/api/scan/entry/",
            body_hash="0" * 64,
            created_at=OPENING,
            completed_at=OPENING,
            answer_status=200,
            answer_headers={},
            answer_body=json.dumps({"vehicle_number": PLATE}).encode(),
        )
        seal()
        assert traces(PLATE, NAME, E164, "KA05XX1") == [PLATE, NAME, E164, "KA05XX1"]
        forgotten = forget()
        # With the plate that was a mistake: its vehicle has their contact, and no booking.
        assert (forgotten.bookings, forgotten.vehicles, forgotten.stored_answers) == (4, 2, 1)
        assert traces(PLATE, NAME, E164, "KA05XX1") == []

    def test_the_seals_hold_before_and_after(self, garage):
        stay(garage)
        seal()
        before = {log: list(LogSeal.objects.filter(log=log).values_list("digest", flat=True)) for log in LOGS}
        assert [list(broken_seals(log=log)) for log in LOGS] == [[], []]
        forget()
        assert [list(broken_seals(log=log)) for log in LOGS] == [[], []]
        after = {log: list(LogSeal.objects.filter(log=log).values_list("digest", flat=True)) for log in LOGS}
        assert before == after
        assert all(before.values())

    def test_nobodys_stays_can_be_told_to_belong_together(self, garage):
        for n in range(2):
            stay(garage, minutes=100 * n)
        forget(minutes=200)
        plates = set(ParkingBooking.objects.values_list("plate", flat=True))
        assert len(plates) == len(set(ParkingBooking.objects.values_list("vehicle", flat=True))) == 2
        assert {canonical_plate(text=plate) for plate in plates} == plates
        assert set(ParkingSession.objects.values_list("plate", flat=True)) == plates
        assert not Vehicle.objects.filter(anonymised_at=None).exists()

    def test_no_search_finds_them(self, garage):
        booking = stay(garage)
        for text in (PLATE, PHONE, E164):
            assert find_bookings(text=text, phone_region="IN") == [booking.booking_id]
        forget()
        for text in (PLATE, PLATE[:4], PHONE, E164):
            assert find_bookings(text=text, phone_region="IN") == []
            assert find_stays(text=text, phone_region="IN", now=at(minutes=101)) == []
        # By its own code the stay is still there, and nobody's.
        [found] = find_stays(text=booking.qr_code, phone_region="IN", now=at(minutes=101))
        assert (found.owner_name, found.vehicle_number[:4]) == ("", "ANON")

    def test_what_the_law_needs_stays(self, garage):
        booking = stay(garage)
        before = ParkingService.get_receipt(booking_id=booking.booking_id, now=at(minutes=31))
        forget()
        after = ParkingService.get_receipt(booking_id=booking.booking_id, now=at(minutes=101))
        kept = ("number", "issued_at", "issuer_name", "zone_name", "charges", "refunds", "captured_minor", "kept")
        assert {name: getattr(after, name) for name in kept} == {name: getattr(before, name) for name in kept}
        assert after.vehicle_number.startswith("ANON")
        assert Receipt.objects.count() == 1

    def test_it_is_written_down_without_saying_who(self, garage):
        booking = stay(garage)
        forget()
        event = AuditEvent.objects.get(action="person.anonymised")
        assert (event.caller, event.booking_id) == ("staff:olga", None)
        assert event.data == {"asked_by": "vehicle", "bookings": 1, "vehicles": 1, "stored_answers": 0}
        assert AuditEvent.objects.get(action="person.forgotten").booking_id == booking.booking_id

    def test_again_there_is_nobody(self, garage):
        stay(garage)
        forget()
        before = everything_stored()
        assert forget(minutes=200) == anonymity.PersonForgotten(bookings=0, vehicles=0, stored_answers=0)
        assert everything_stored() == before

    def test_the_car_may_come_again(self, garage):
        stay(garage)
        forget()
        again = stay(garage, minutes=150)
        assert find_bookings(text=PLATE, phone_region="IN") == [again.booking_id]

    def test_another_person_is_left_alone(self, garage):
        stay(garage)
        other = stay(garage, plate="KA01A1", phone="98450 99999", name="Ravi Kumar", minutes=40)
        forget()
        assert find_bookings(text="KA01A1", phone_region="IN") == [other.booking_id]
        assert traces("KA01A1", "Ravi Kumar", "+919845099999") == ["KA01A1", "Ravi Kumar", "+919845099999"]

    def test_a_repeat_of_a_scan_still_gets_its_answer(self, garage):
        booking = stay(garage)
        forget()
        again = garage.leave(booking, now=at(minutes=101), scan_id="out-0")
        assert again.vehicle_number.startswith("ANON")


class TestByPhone:
    def test_it_leads_to_all_vehicles_and_all_their_bookings(self, garage):
        stay(garage)
        stay(garage, plate="KA05MN9999", minutes=40)
        stay(garage, phone=None, minutes=80)
        found = find_person(vehicle_number=None, phone_number=PHONE, phone_region="IN", now=at(minutes=120))
        assert (found.vehicle_numbers, found.bookings, found.phone_numbers) == ((PLATE, "KA05MN9999"), 3, (E164,))
        assert forget(phone_number=PHONE, minutes=120).bookings == 3
        assert traces(PLATE, "KA05MN9999", NAME, E164) == []

    def test_who_else_booked_the_car_is_shown_before(self, garage):
        stay(garage)
        stay(garage, phone="98450 99999", minutes=40)
        found = find_person(vehicle_number=None, phone_number=PHONE, phone_region="IN", now=at(minutes=120))
        assert found.phone_numbers == (E164, "+919845099999")

    def test_after_a_crash_the_number_still_leads_to_the_rest(self, garage, monkeypatch):
        monkeypatch.setattr(anonymity, "_BATCH", 1)
        stay(garage)
        stay(garage, phone=None, minutes=40)
        stay(garage, phone="98450 99999", minutes=80)
        real, calls = anonymity._anonymise, []

        def crash(**arguments):
            calls.append(1)
            if len(calls) == 3:
                raise RuntimeError("crash")
            return real(**arguments)

        with monkeypatch.context() as patch:
            patch.setattr(anonymity, "_anonymise", crash)
            with pytest.raises(RuntimeError):
                forget(phone_number=PHONE, minutes=150)
        assert ParkingBooking.objects.filter(anonymised_at=None).count() == 1
        assert forget(phone_number=PHONE, minutes=151).bookings == 1
        assert traces(PLATE, NAME, E164, "+919845099999") == []

    @pytest.mark.parametrize(
        "who", [{}, {"vehicle_number": PLATE, "phone_number": PHONE}, {"phone_number": ""}, {"phone_number": "x"}]
    )
    def test_one_way_to_name_them(self, garage, who):
        arguments = {"vehicle_number": None, "phone_number": None} | who
        with pytest.raises(InvalidField):
            forget(**arguments)


class TestNotYet:
    def obstacles(self, **who: str) -> list[str]:
        before = everything_stored()
        with pytest.raises(PersonStillNeeded) as refusal:
            forget(**who)
        assert everything_stored() == before
        return [one["obstacle"] for one in refusal.value.details["obstacles"]]

    def test_a_live_booking(self, garage):
        stay(garage)
        garage.pay(book(garage, minutes=99), now=at(minutes=99))
        assert self.obstacles() == ["live"]

    def test_a_car_inside(self, garage):
        booking = book(garage)
        garage.pay(booking)
        garage.enter(booking)
        assert self.obstacles() == ["live"]

    def test_money_due(self, garage):
        booking = book(garage)
        garage.pay(booking)
        garage.enter(booking)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=90))
        assert self.obstacles() == ["live"]

    def test_a_car_that_paid_and_may_still_stand_at_the_gate(self, garage):
        booking = book(garage)
        garage.pay(booking)
        session_id = garage.enter(booking).session_id
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=80))
        garage.top_up(session_id, now=at(minutes=81))
        assert self.obstacles() == ["live"]
        forget(minutes=91 + 24 * 60)

    def test_money_on_its_way(self, garage):
        booking = book(garage)
        garage.pay(booking, token="tok_settles_late")
        garage.cancel(booking, now=at(seconds=10))
        assert self.obstacles() == ["money_on_its_way"]

    def test_a_refund_that_waits(self, garage, monkeypatch):
        booking = book(garage)
        garage.pay(booking)
        monkeypatch.setattr(SimulatedGateway, "refund", lambda *_, **__: Declined(code="closed_account"))
        garage.cancel(booking, now=at(minutes=1))
        assert self.obstacles() == ["refund_waiting"]

    def test_an_adjustment_that_waits(self, db):
        garage = Garage.build()
        with_limit(garage, minor=100)
        stay(garage)
        propose(ParkingSession.objects.get().id, AdjustmentKind.GOODWILL, 200, now=at(minutes=40))
        assert self.obstacles() == ["second_person_waiting"]

    def test_a_car_on_a_permit(self, garage):
        new_permit(garage, PLATE)
        assert self.obstacles() == ["permit"]

    def test_who_may_not(self, garage):
        auditor = staff_caller(name="arun", roles=[Role.AUDITOR])
        for caller in (RAVI, CARLA, auditor):
            with pytest.raises(PermissionRequired):
                forget(caller=caller)


class TestPermits:
    def test_a_permit_that_is_over_names_nobody_any_more(self, garage):
        permit = new_permit(garage, PLATE)
        ParkingService.revoke_permit(permit_id=permit.permit_id, caller=SYSTEM, now=at(minutes=1))
        holder = Permit.objects.get().holder
        forget()
        car = PermitCar.objects.get()
        assert car.vehicle.number.startswith("ANON")
        assert car.removed_at == at(minutes=100)
        assert traces(PLATE, holder) == []

    def test_another_car_of_it_keeps_the_holder(self, garage):
        permit = new_permit(garage, PLATE)
        ParkingService.add_permit_car(permit_id=permit.permit_id, vehicle_number="KA01A1", caller=SYSTEM, now=at())
        ParkingService.revoke_permit(permit_id=permit.permit_id, caller=SYSTEM, now=at(minutes=1))
        forget()
        assert Permit.objects.get().holder != ""
        assert traces(PLATE, "KA01A1") == ["KA01A1"]


class TestRetention:
    def test_a_month_after_it_was_closed_and_not_a_second_sooner(self, garage):
        stay(garage)
        closed_at = ParkingBooking.objects.get().closed_at
        days = timedelta(days=30)
        assert anonymity.anonymise_old(now=closed_at + days - timedelta(seconds=1)) == 0
        assert traces(PLATE, NAME, E164) == [PLATE, NAME, E164]
        assert anonymity.anonymise_old(now=closed_at + days) == 1
        assert traces(PLATE, NAME, E164) == []
        assert anonymity.anonymise_old(now=closed_at + days) == 0
        assert AuditEvent.objects.get(action="person.forgotten").caller == "system"

    def test_who_comes_again_keeps_only_what_is_new(self, garage):
        stay(garage)
        again = stay(garage, minutes=MONTH - 100, phone=None, name="L. Venkataraman")
        assert anonymity.anonymise_old(now=at(minutes=MONTH)) == 1
        vehicle = Vehicle.objects.get(anonymised_at=None)
        assert (vehicle.number, vehicle.owner_name, vehicle.phone_number) == (PLATE, "", "")
        assert traces(NAME, E164) == []
        assert find_bookings(text=PLATE, phone_region="IN") == [again.booking_id]

    def test_what_is_still_needed_waits_and_keeps_nobody_else_waiting(self, garage, monkeypatch):
        stay(garage, plate="KA01A1", minutes=10)
        with monkeypatch.context() as patch:
            patch.setattr(SimulatedGateway, "refund", lambda *_, **__: Declined(code="closed_account"))
            booking = book(garage)
            garage.pay(booking)
            garage.cancel(booking, now=at(minutes=1))
        assert anonymity.anonymise_old(now=at(minutes=MONTH)) == 1
        assert traces(PLATE, "KA01A1") == [PLATE]

    def test_a_hold_that_lapsed_too(self, garage):
        book(garage)
        jobs.run_all(now=at(minutes=10))
        assert ParkingBooking.objects.get().status == BookingStatus.EXPIRED
        assert jobs.run_all(now=at(minutes=MONTH))["forget who parked long ago"] == 1
        assert traces(PLATE, NAME, E164) == []

    def test_a_vehicle_that_no_booking_names_any_more(self, garage):
        booking = book(garage)
        ParkingService.change_plate(booking_id=booking.booking_id, vehicle_number="KA01A1", now=at(minutes=1))
        garage.cancel(booking, now=at(minutes=2))
        assert anonymity.anonymise_old(now=at(minutes=MONTH)) == 1
        assert traces("KA01A1", PLATE) == []

    def test_of_many_vehicles_some_at_a_time_and_all_in_the_end(self, garage, monkeypatch):
        monkeypatch.setattr(anonymity, "_VEHICLES_LOOKED_AT", 2)
        Vehicle.objects.bulk_create([Vehicle(number=f"KA01A{n}", created_at=OPENING) for n in range(5)])
        left = [Vehicle.objects.count()]
        first, last = Vehicle.objects.earliest("id").id, Vehicle.objects.latest("id").id
        for start in range(first - 1, last + 2):  # each that meets one of them, in whatever order chance would have it
            monkeypatch.setattr(anonymity.secrets, "randbelow", lambda below, start=start: min(start, below - 1))
            anonymity.anonymise_old(now=at(minutes=MONTH))
            left.append(Vehicle.objects.count())
        assert max(before - after for before, after in pairwise(left)) <= 2
        assert left[-1] == 0

    def test_a_car_of_a_permit_stays_as_long_as_the_permit_holds_and_a_month_more(self, garage):
        new_permit(garage, PLATE, valid_until=at(minutes=MONTH))
        anonymity.anonymise_old(now=at(minutes=MONTH + 60))
        assert traces(PLATE) == [PLATE]
        anonymity.anonymise_old(now=at(minutes=2 * MONTH))
        assert traces(PLATE) == []

    def test_in_batches(self, garage, monkeypatch):
        monkeypatch.setattr(anonymity, "_BATCH", 2)
        for n in range(5):
            stay(garage, plate=f"KA01A{n}", minutes=40 * n)
        assert anonymity.anonymise_old(now=at(minutes=MONTH)) == 5

    def test_nothing_by_itself_if_the_operator_says_so(self, garage, settings):
        settings.ANONYMISE_AFTER_DAYS = 0
        stay(garage)
        assert anonymity.anonymise_old(now=at(minutes=100 * MONTH)) == 0

    def test_money_that_arrives_for_somebody_who_was_forgotten_goes_back(self, garage):
        """A provider's "failed" is final after three days; if it was not, the money has no car to be for."""
        booking = book(garage)
        with pytest.raises(Exception, match="payment_declined"):
            garage.pay(booking, token="tok_declined")
        jobs.run_all(now=at(minutes=10))
        jobs.run_all(now=at(minutes=MONTH))
        row = ParkingBooking.objects.get()
        assert row.anonymised_at is not None
        with use_case():
            locked = lock_booking(booking_id=row.id)
            assert isinstance(give_booking(booking=locked, allocation=None, now=at(minutes=MONTH + 1)), HoldLapsed)


def test_who_books_a_car_at_the_moment_that_it_is_forgotten_tries_again(db):
    with pytest.raises(Busy), use_case():
        lock_vehicle(number=PLATE)


class TestRule:
    FACTS: ClassVar = {
        "closed_at": OPENING,
        "session_status": SessionStatus.COMPLETED,
        "gate_opened_at": OPENING,
        "leave_by": None,
        "has_money_on_its_way": False,
        "has_refund_waiting": False,
        "has_adjustment_waiting": False,
    }

    @pytest.mark.parametrize(
        ("changes", "obstacle"),
        [
            ({}, None),
            ({"closed_at": None}, Obstacle.LIVE),
            ({"session_status": None, "gate_opened_at": None}, None),
            ({"session_status": SessionStatus.ACTIVE, "gate_opened_at": None}, Obstacle.LIVE),
            ({"session_status": SessionStatus.AWAITING_PAYMENT, "gate_opened_at": None}, Obstacle.LIVE),
            ({"gate_opened_at": None}, Obstacle.LIVE),
            ({"gate_opened_at": None, "leave_by": at(minutes=-24 * 60)}, None),
            ({"gate_opened_at": None, "leave_by": at(minutes=-24 * 60, seconds=1)}, Obstacle.LIVE),
            ({"has_money_on_its_way": True}, Obstacle.MONEY_ON_ITS_WAY),
            ({"has_refund_waiting": True}, Obstacle.REFUND_WAITING),
            ({"has_adjustment_waiting": True}, Obstacle.SECOND_PERSON_WAITING),
        ],
    )
    def test_what_is_in_the_way(self, changes, obstacle):
        assert obstacle_of(booking=BookingFacts(**self.FACTS | changes), now=OPENING) is obstacle

    @pytest.mark.parametrize("bits", [0, 1, (1 << PLATE_RANDOM_BITS) - 1])
    def test_nobodys_plate_is_a_canonical_one(self, bits):
        plate = nobodys_plate(bits=bits)
        assert canonical_plate(text=plate) == plate
        assert len(plate) == 12

    @pytest.mark.parametrize("bits", [-1, 1 << PLATE_RANDOM_BITS])
    def test_no_more_bits_than_it_has(self, bits):
        with pytest.raises(ValueError, match="bits"):
            nobodys_plate(bits=bits)


def test_every_text_column_that_may_name_somebody_is_known():
    """A column that is added later must be thought of: erased, or known to name nobody."""
    named = {"plate", "number", "owner_name", "phone_number", "holder", "vehicle_number"}
    found = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("parking").get_models()
        for field in model._meta.concrete_fields
        if field.name in named or "plate" in field.name or "phone" in field.name or "owner" in field.name
    }
    assert found == {
        "ApiKey.owner",  # an integrator, or a member of staff
        "ParkingBooking.plate",
        "ParkingBooking.owner_name",
        "ParkingBooking.phone_number",
        "ParkingSession.plate",
        "ParkingSlot.number",
        "Permit.holder",
        "Receipt.number",
        "Vehicle.number",
        "Vehicle.owner_name",
        "Vehicle.phone_number",
    }
