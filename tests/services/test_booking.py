"""Making, paying and cancelling a booking (DESIGN section 2), through the services and a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from parking.domain.errors import (
    AlreadyEntered,
    AlreadyPaid,
    BookingCancelled,
    HoldLapsed,
    InvalidField,
    NoShow,
    ParkingError,
    PaymentDeclined,
    PaymentInProgress,
    UnknownBooking,
    UnknownZone,
    VehicleBusy,
    ZoneFull,
)
from parking.domain.states import BookingStatus, PaymentStatus, RefundKind, RefundStatus
from parking.gateways.base import GatewayTimeout
from parking.gateways.simulated import SimulatedGateway
from parking.models import AuditEvent, ParkingBooking, Payment, Refund, SlotAllocation, Vehicle
from parking.queries.zones import get_zone_status
from parking.services import ParkingService, refunds
from tests.garage import OPENING, Garage, at

pytestmark = pytest.mark.django_db


def available(garage: Garage, *, now: datetime) -> int:
    return get_zone_status(zone_id=garage.zone.id, now=now).available_slots


class TestCreate:
    def test_a_booking_holds_a_slot_for_five_minutes_and_its_window_for_its_hours(self, garage):
        booking = garage.book(hours=2)

        assert booking.amount_minor == 10_000
        assert booking.currency == "INR"
        assert booking.status == BookingStatus.CREATED
        assert booking.expires_at == at(minutes=5)
        assert (booking.starts_at, booking.ends_at) == (OPENING, at(minutes=120))
        assert booking.slot_number in {"T001", "T002", "T003"}
        assert available(garage, now=OPENING) == 2

    def test_the_plate_is_canonical_and_the_phone_is_e164(self, garage):
        created = ParkingService.create_booking(
            vehicle_number=" dl-01 ab 1234",
            owner_name="  Asha Rao ",
            zone_id=garage.zone.id,
            hours=1,
            phone_number="98765 43210",
            now=OPENING,
        )
        booking = ParkingBooking.objects.get(id=created.booking_id)
        assert (booking.plate, booking.owner_name, booking.phone_number) == ("DL01AB1234", "Asha Rao", "+919876543210")

    def test_a_second_booking_never_rewrites_what_is_known_of_the_vehicle(self, garage):
        garage.book("KA01X1", hours=1)
        ParkingService.create_booking(
            vehicle_number="KA01X1",
            owner_name="Somebody Else",
            zone_id=garage.zone.id,
            hours=1,
            phone_number="9876543210",
            starts_at=at(minutes=600),
            now=OPENING,
        )
        vehicle = Vehicle.objects.get(number="KA01X1")
        assert (vehicle.owner_name, vehicle.phone_number) == ("Asha Rao", "")

    def test_a_later_window_starts_when_it_was_asked_to(self, garage):
        india = timezone(timedelta(hours=5, minutes=30))
        booking = garage.book(starts_at=datetime(2026, 1, 6, 9, 0, tzinfo=india))
        assert booking.starts_at == datetime(2026, 1, 6, 3, 30, tzinfo=UTC)
        assert available(garage, now=OPENING) == 3

    @pytest.mark.parametrize("zone_id", [0, -1, 999_999, 2**63, 10**30])
    def test_an_unknown_zone_is_refused(self, garage, zone_id):
        with pytest.raises(UnknownZone):
            ParkingService.create_booking(
                vehicle_number="KA01X1", owner_name="Asha", zone_id=zone_id, hours=1, now=OPENING
            )

    def test_a_full_zone_is_refused_and_writes_nothing(self, garage):
        for number in range(3):
            garage.book(f"KA0{number}X")
        with pytest.raises(ZoneFull):
            garage.book("KA09X")
        assert not Vehicle.objects.filter(number="KA09X").exists()
        assert ParkingBooking.objects.count() == 3

    def test_the_same_window_can_be_sold_again_as_soon_as_it_is_over(self, garage):
        for number in range(3):
            garage.book_and_pay(f"KA0{number}X")
        with pytest.raises(ZoneFull):
            garage.book("KA09X", starts_at=at(minutes=59))
        assert garage.book("KA09X", starts_at=at(minutes=60)).status == BookingStatus.CREATED

    def test_a_slot_out_of_service_is_not_sold(self, garage):
        garage.zone.slots.exclude(number="T002").update(in_service=False)
        assert garage.book("KA01X").slot_number == "T002"
        with pytest.raises(ZoneFull):
            garage.book("KA02X")

    def test_a_closed_zone_is_not_sold(self, garage):
        garage.zone.is_open = False
        garage.zone.save()
        with pytest.raises(UnknownZone):
            garage.book()

    def test_every_booking_leaves_an_audit_row(self, garage):
        booking = garage.book()
        assert list(AuditEvent.objects.filter(booking_id=booking.booking_id).values_list("action", "caller")) == [
            ("booking.created", "driver")
        ]


class TestOneVehicle:
    def test_a_vehicle_has_one_live_booking_for_any_moment(self, garage):
        garage.book(hours=2)
        with pytest.raises(VehicleBusy):
            garage.book(starts_at=at(minutes=119))
        assert garage.book(starts_at=at(minutes=120)).status == BookingStatus.CREATED

    def test_a_parked_vehicle_is_refused_a_window_with_now_in_it_and_may_book_tomorrow(self, garage):
        booking = garage.book_and_pay(hours=1)
        garage.enter(booking)
        overstaying = at(minutes=90)
        with pytest.raises(VehicleBusy):
            garage.book(now=overstaying)
        tomorrow = garage.book(now=overstaying, starts_at=at(minutes=24 * 60))
        assert tomorrow.status == BookingStatus.CREATED

    def test_a_car_that_left_early_may_book_the_same_time_again(self, garage):
        booking = garage.book_and_pay(hours=4)
        garage.enter(booking)
        garage.leave(booking, now=at(minutes=30))
        assert garage.book(now=at(minutes=31)).status == BookingStatus.CREATED

    def test_a_lapsed_hold_does_not_block_its_vehicle_in_another_zone(self, garage):
        garage.book()
        other = Garage.build(name="Other zone")
        with pytest.raises(VehicleBusy):
            other.book(now=at(seconds=299))
        assert other.book(now=at(seconds=300)).status == BookingStatus.CREATED


class TestHold:
    @pytest.mark.parametrize(("seconds", "paid"), [(299, True), (300, False), (301, False)])
    def test_payment_is_accepted_while_now_is_before_the_end_of_the_hold(self, garage, seconds, paid):
        booking = garage.book()
        if paid:
            assert garage.pay(booking, now=at(seconds=seconds)).payment_status == PaymentStatus.COMPLETED
        else:
            with pytest.raises(HoldLapsed):
                garage.pay(booking, now=at(seconds=seconds))
            assert Payment.objects.count() == 0
            assert ParkingBooking.objects.get().status == BookingStatus.EXPIRED

    def test_an_unpaid_hold_blocks_nobody_once_its_time_is_over(self, garage):
        for number in range(3):
            garage.book(f"KA0{number}X")
        assert available(garage, now=at(seconds=299)) == 0
        assert available(garage, now=at(seconds=300)) == 3
        with pytest.raises(ZoneFull):
            garage.book("KA09X", now=at(seconds=299))
        assert garage.book("KA09X", now=at(seconds=300)).status == BookingStatus.CREATED
        statuses = ParkingBooking.objects.values_list("status", flat=True)
        assert sorted(statuses) == ["CREATED", "EXPIRED", "EXPIRED", "EXPIRED"]

    def test_a_lapsed_hold_shows_as_expired_before_anybody_wrote_it_down(self, garage):
        booking = garage.book()
        assert garage.look(booking, now=at(seconds=299)).status == BookingStatus.CREATED
        assert garage.look(booking, now=at(seconds=300)).status == BookingStatus.EXPIRED
        assert ParkingBooking.objects.get().status == BookingStatus.CREATED

    def test_a_payment_begun_in_time_keeps_the_hold_for_ten_minutes_more(self, garage):
        booking = garage.book()
        waiting = garage.pay(booking, now=at(seconds=299), token="tok_settles_late")
        assert waiting.payment_status == PaymentStatus.PENDING
        for number in range(2):
            garage.book_and_pay(f"KA0{number}X", now=at(seconds=299))
        with pytest.raises(ZoneFull):
            garage.book("KA09X", now=at(seconds=899))
        assert garage.book("KA09X", now=at(seconds=900)).status == BookingStatus.CREATED

    def test_a_declined_payment_gives_the_hold_back_its_old_end(self, garage):
        booking = garage.book()
        with pytest.raises(PaymentDeclined):
            garage.pay(booking, now=at(seconds=10), token="tok_declined")
        assert SlotAllocation.objects.get().lapses_at == at(seconds=300)
        assert garage.pay(booking, now=at(seconds=20)).payment_status == PaymentStatus.COMPLETED
        assert sorted(Payment.objects.values_list("status", flat=True)) == ["COMPLETED", "FAILED"]

    def test_a_paid_booking_keeps_its_slot_until_its_window_ends(self, garage):
        for number in range(3):
            garage.book_and_pay(f"KA0{number}X", hours=1)
        with pytest.raises(ZoneFull):
            garage.book("KA09X", now=at(minutes=59))
        assert garage.book("KA09X", now=at(minutes=60)).status == BookingStatus.CREATED
        assert ParkingBooking.objects.filter(status=BookingStatus.NO_SHOW).count() == 3


class TestPay:
    def test_paying_captures_the_price_once(self, garage):
        booking = garage.book(hours=2)
        answer = garage.pay(booking, now=at(minutes=1))
        assert (answer.amount_minor, answer.payment_status, answer.booking_status) == (10_000, "COMPLETED", "PAID")
        with pytest.raises(AlreadyPaid):
            garage.pay(booking, now=at(minutes=2))
        payment = Payment.objects.get()
        assert (payment.captured_minor, payment.surplus_minor, payment.provider) == (10_000, 0, "simulated")

    def test_an_unknown_booking_is_refused(self, garage):
        with pytest.raises(UnknownBooking):
            ParkingService.process_booking_payment(booking_id=uuid4(), gateway_data={}, now=OPENING)

    @pytest.mark.parametrize("token", ["tok_none_such", "x" * 65, "a\x00b", 7, None, ["tok_success"]])
    def test_a_token_that_cannot_be_used_begins_nothing(self, garage, token):
        booking = garage.book()
        with pytest.raises(InvalidField):
            ParkingService.process_booking_payment(
                booking_id=booking.booking_id, gateway_data={"token": token}, now=OPENING
            )
        assert Payment.objects.count() == 0

    def test_what_a_client_says_of_its_payment_is_neither_believed_nor_kept(self, garage):
        booking = garage.book()
        claims = {"token": "tok_declined", "status": "paid", "amount": "0.01", "card_number": "4242424242424242"}
        with pytest.raises(PaymentDeclined):
            ParkingService.process_booking_payment(booking_id=booking.booking_id, gateway_data=claims, now=OPENING)
        row = Payment.objects.values().get()
        assert row["status"] == "FAILED"
        assert "4242" not in str(row)

    def test_a_payer_who_must_agree_first_is_waited_for(self, garage):
        booking = garage.book()
        waiting = garage.pay(booking, token="tok_needs_action")
        assert waiting.payment_status == PaymentStatus.PENDING
        assert waiting.next_action["type"] == "simulated_approval"
        still_waiting = garage.pay(booking, now=at(seconds=29), token="tok_needs_action")
        assert still_waiting.payment_id == waiting.payment_id
        done = garage.pay(booking, now=at(seconds=30), token="tok_needs_action")
        assert (done.payment_id, done.payment_status) == (waiting.payment_id, PaymentStatus.COMPLETED)

    def test_a_charge_whose_answer_was_lost_is_found_and_not_repeated(self, garage):
        booking = garage.book()
        unknown = garage.pay(booking, token="tok_timeout_after_charge")
        assert unknown.payment_status == PaymentStatus.PENDING
        found = garage.pay(booking, now=at(seconds=1))
        assert (found.payment_id, found.payment_status) == (unknown.payment_id, PaymentStatus.COMPLETED)
        assert Payment.objects.count() == 1

    def test_a_crash_between_intent_and_record_is_seen_through_by_the_next_request(self, garage, monkeypatch):
        booking = garage.book()
        crash = RuntimeError("the process ends here")

        def die(**_):
            raise crash

        with monkeypatch.context() as patch:
            patch.setattr("parking.services.payments.settle", die)
            with pytest.raises(RuntimeError, match="ends here"):
                garage.pay(booking)
        with pytest.raises(PaymentInProgress):
            garage.pay(booking, now=at(seconds=29))
        assert garage.pay(booking, now=at(seconds=30)).payment_status == PaymentStatus.COMPLETED
        assert Payment.objects.count() == 1


class TestLateMoney:
    def late(self, garage: Garage) -> tuple[object, datetime]:
        booking = garage.book()
        garage.pay(booking, now=at(seconds=299), token="tok_settles_late")
        return booking, at(seconds=900)

    def test_it_takes_a_slot_again_if_one_is_free(self, garage):
        booking, late = self.late(garage)
        garage.book("KA01X", now=late)
        assert ParkingBooking.objects.get(id=booking.booking_id).status == BookingStatus.EXPIRED
        assert garage.pay(booking, now=late).booking_status == BookingStatus.PAID
        assert garage.enter(booking, now=late).vehicle_number == "DL01AB1234"

    def test_it_goes_back_once_if_no_slot_is_free(self, garage):
        booking, late = self.late(garage)
        for number in range(3):
            garage.book_and_pay(f"KA0{number}X", now=late)
        with pytest.raises(HoldLapsed):
            garage.pay(booking, now=late)
        refund = Refund.objects.get()
        assert (refund.kind, refund.status, refund.amount_minor) == (RefundKind.SURPLUS, RefundStatus.PROCESSED, 5000)
        payment = Payment.objects.get(booking_id=booking.booking_id)
        assert (payment.captured_minor, payment.surplus_minor) == (5000, 5000)
        with pytest.raises(HoldLapsed):
            garage.pay(booking, now=late)
        assert Refund.objects.count() == 1

    def test_it_goes_back_if_its_vehicle_has_booked_anew(self, garage):
        booking, late = self.late(garage)
        garage.book(now=late)
        with pytest.raises(HoldLapsed):
            garage.pay(booking, now=late)
        assert Refund.objects.get().kind == RefundKind.SURPLUS

    def test_it_goes_back_if_the_booking_was_cancelled_meanwhile(self, garage):
        booking = garage.book()
        garage.pay(booking, token="tok_settles_late")
        assert garage.cancel(booking, now=at(seconds=30)).refund_minor == 0
        with pytest.raises(BookingCancelled):
            garage.pay(booking, now=at(seconds=60))
        refund = Refund.objects.get()
        assert (refund.kind, refund.amount_minor) == (RefundKind.SURPLUS, 5000)


class TestCancel:
    @pytest.mark.parametrize(("seconds", "refund_minor"), [(0, 5000), (299, 5000), (300, 5000), (301, 0)])
    def test_five_minutes_from_payment_refund_in_full(self, garage, seconds, refund_minor):
        booking = garage.book()
        garage.pay(booking, now=at(seconds=299))
        closed = garage.cancel(booking, now=at(seconds=299 + seconds))
        assert (closed.refund_minor, closed.refund_processed) == (refund_minor, refund_minor > 0)
        assert garage.look(booking, now=at(minutes=20)).status == BookingStatus.CANCELLED
        assert available(garage, now=at(minutes=20)) == 3

    def test_300_seconds_are_floored(self, garage):
        booking = garage.book_and_pay()
        assert garage.cancel(booking, now=at(seconds=300.999)).refund_minor == 5000

    def test_an_unpaid_booking_is_cancelled_without_a_refund(self, garage):
        booking = garage.book()
        closed = garage.cancel(booking, now=at(seconds=10))
        assert (closed.refund_minor, closed.refund_processed) == (0, False)
        assert Refund.objects.count() == 0

    def test_it_is_cancelled_and_refunded_once(self, garage):
        booking = garage.book_and_pay()
        garage.cancel(booking, now=at(seconds=1))
        with pytest.raises(BookingCancelled):
            garage.cancel(booking, now=at(seconds=2))
        assert Refund.objects.get().status == RefundStatus.PROCESSED

    def test_never_after_entry(self, garage):
        booking = garage.book_and_pay()
        garage.enter(booking)
        with pytest.raises(AlreadyEntered):
            garage.cancel(booking, now=at(seconds=1))

    @pytest.mark.parametrize(("pay", "minutes", "error"), [(False, 5, HoldLapsed), (True, 60, NoShow)])
    def test_not_when_its_time_is_over(self, garage, pay, minutes, error):
        booking = garage.book_and_pay() if pay else garage.book()
        with pytest.raises(error):
            garage.cancel(booking, now=at(minutes=minutes))

    def test_an_old_clock_does_not_cancel_before_the_payment(self, garage):
        """A request that waited for a lock holds an old `now`."""
        booking = garage.book()
        garage.pay(booking, now=at(seconds=100))
        garage.cancel(booking, now=at(seconds=50))
        row = ParkingBooking.objects.get()
        assert row.closed_at == row.paid_at == at(seconds=100)


class TestRefundsThatDoNotGoThrough:
    def test_one_that_the_provider_did_not_answer_is_asked_for_again_with_the_same_key(self, garage, monkeypatch):
        booking = garage.book_and_pay()
        asked: list[str] = []
        refund = SimulatedGateway.refund

        def unanswered_at_first(gateway, *, order, now):
            asked.append(order.key)
            if len(asked) == 1:
                raise GatewayTimeout
            return refund(gateway, order=order, now=now)

        monkeypatch.setattr(SimulatedGateway, "refund", unanswered_at_first)
        closed = garage.cancel(booking, now=at(seconds=1))
        assert (closed.refund_minor, closed.refund_processed) == (5000, False)
        assert refunds.retry_due(now=at(seconds=60)) == 0
        assert refunds.retry_due(now=at(seconds=61)) == 1
        assert asked == [str(Refund.objects.get().id)] * 2
        assert refunds.retry_due(now=at(minutes=99)) == 0
        assert Refund.objects.get().status == RefundStatus.PROCESSED


def test_every_refusal_has_words_for_the_person_and_a_code_for_the_machine():
    def leaves(kind: type[ParkingError]) -> list[type[ParkingError]]:
        return [kind, *(leaf for child in kind.__subclasses__() for leaf in leaves(child))]

    kinds = [kind for kind in leaves(ParkingError)[1:] if kind is not InvalidField]
    assert len({kind.default_code for kind in kinds}) == len(kinds)
    assert all(kind.default_message.endswith(".") and 400 <= kind.default_status < 600 for kind in kinds)
