"""Entering and leaving (DESIGN section 2), through the services and a real database."""

from __future__ import annotations

import pytest

from parking.domain.callers import DRIVER, UNPROVEN, Caller, device_caller
from parking.domain.errors import (
    AlreadyEntered,
    AlreadyExited,
    BookingCancelled,
    DeviceKeyRequired,
    DeviceRevoked,
    HoldLapsed,
    InvalidKey,
    NoShow,
    NotEntered,
    NothingDue,
    NotYourDevice,
    ParkingError,
    PaymentDeclined,
    PaymentDue,
    PaymentRequired,
    QuoteOutdated,
    TooEarly,
    UnknownCode,
    UnknownDevice,
    VehicleInside,
    WrongDirection,
    WrongZone,
    ZoneFull,
)
from parking.domain.states import BookingStatus, RefundKind, ScanResult, SessionStatus
from parking.models import (
    GateDevice,
    ParkingBooking,
    ParkingSession,
    Payment,
    QRScanLog,
    Quote,
    Refund,
    SlotAllocation,
)
from parking.queries.zones import get_zone_status
from parking.services import ParkingService
from tests.garage import ENTRY_GATE, EXIT_GATE, OPENING, Garage, at

pytestmark = pytest.mark.django_db


def scans() -> list[tuple[str, str, str]]:
    return list(QRScanLog.objects.order_by("id").values_list("scan_type", "result", "reason"))


def money_kept() -> int:
    captured = sum(Payment.objects.values_list("captured_minor", flat=True))
    return captured - sum(Refund.objects.values_list("amount_minor", flat=True))


class TestEntry:
    def test_a_paid_booking_enters_once(self, garage):
        booking = garage.book_and_pay()
        admitted = garage.enter(booking, now=at(minutes=2))
        assert admitted.slot_number == booking.slot_number
        assert (admitted.entry_time, admitted.paid_until) == (at(minutes=2), at(minutes=62))
        with pytest.raises(AlreadyEntered):
            garage.enter(booking, now=at(minutes=3))
        assert scans() == [("ENTRY", "SUCCESS", "ok"), ("ENTRY", "DUPLICATE", "already_entered")]
        status = get_zone_status(zone_id=garage.zone.id, now=at(minutes=3))
        assert (status.occupied_slots, status.held_slots, status.available_slots) == (1, 0, 2)

    @pytest.mark.parametrize(
        ("story", "minutes", "error"),
        [
            ("unpaid", 1, PaymentRequired),
            ("unpaid", 5, HoldLapsed),
            ("cancelled", 1, BookingCancelled),
            ("paid", 60, NoShow),
        ],
    )
    def test_a_ticket_that_is_not_good_is_refused_and_logged(self, garage, story, minutes, error):
        booking = garage.book() if story == "unpaid" else garage.book_and_pay()
        if story == "cancelled":
            garage.cancel(booking, now=OPENING)
        with pytest.raises(error) as refusal:
            garage.enter(booking, now=at(minutes=minutes))
        assert scans() == [("ENTRY", "FAILED", refusal.value.code)]
        assert QRScanLog.objects.get().booking_id == booking.booking_id
        assert ParkingSession.objects.count() == 0

    @pytest.mark.parametrize("code", ["PARK-000000000000", "PARK-ILOU00000000", "", "x" * 200, "PARK-ABC123DEF45é"])
    def test_a_code_that_is_not_ours_is_refused_and_logged(self, garage, code):
        with pytest.raises(UnknownCode):
            ParkingService.scan_entry_qr(
                qr_code=code, scanner_device_id=ENTRY_GATE.name, caller=ENTRY_GATE, now=OPENING
            )
        assert scans() == [("ENTRY", "FAILED", "unknown_code")]

    def test_a_code_is_read_with_blanks_and_small_letters(self, garage):
        booking = garage.book_and_pay()
        admitted = ParkingService.scan_entry_qr(
            qr_code=f" {booking.qr_code.lower()}\n",
            scanner_device_id=ENTRY_GATE.name,
            caller=ENTRY_GATE,
            now=OPENING,
        )
        assert admitted.booking_id == booking.booking_id

    def test_a_vehicle_that_is_inside_does_not_enter_on_another_ticket(self, garage):
        first = garage.book_and_pay(hours=1)
        second = garage.book_and_pay(starts_at=at(minutes=60))
        garage.enter(first)
        with pytest.raises(VehicleInside):
            garage.enter(second, now=at(minutes=61))


class TestEarlyAndLate:
    def test_fifteen_minutes_early_and_billed_from_entry(self, garage):
        booking = garage.book_and_pay(starts_at=at(minutes=60))
        with pytest.raises(TooEarly):
            garage.enter(booking, now=at(minutes=60, seconds=-901))
        assert garage.enter(booking, now=at(minutes=60, seconds=-900)).entry_time == at(minutes=45)
        bill = garage.leave(booking, now=at(minutes=110))
        assert (bill.total_minutes, bill.total_minor, bill.refund_minor) == (65, 5000, 0)

    def test_early_into_another_slot_if_its_own_is_still_taken(self, garage):
        before = garage.book_and_pay("KA01X", hours=1)
        garage.zone.slots.exclude(number=before.slot_number).update(in_service=False)
        booking = garage.book_and_pay(starts_at=at(minutes=60))
        garage.zone.slots.update(in_service=True)
        assert booking.slot_number == before.slot_number
        assert garage.enter(booking, now=at(minutes=50)).slot_number != before.slot_number

    def test_early_and_no_slot_free_means_come_back_later_with_nothing_lost(self):
        garage = Garage.build(slots=1)
        garage.book_and_pay("KA01X", hours=1)
        booking = garage.book_and_pay(starts_at=at(minutes=60))
        with pytest.raises(TooEarly):
            garage.enter(booking, now=at(minutes=50))
        assert Refund.objects.count() == 0
        assert garage.enter(booking, now=at(minutes=60)).vehicle_number == "DL01AB1234"

    def test_a_late_car_stays_its_full_hours_and_who_comes_after_it_moves(self, garage):
        late = garage.book_and_pay(hours=2)
        garage.zone.slots.exclude(number=late.slot_number).update(in_service=False)
        after = garage.book_and_pay("KA01X", starts_at=at(minutes=120))
        garage.zone.slots.update(in_service=True)
        assert after.slot_number == late.slot_number

        assert garage.enter(late, now=at(minutes=100)).paid_until == at(minutes=220)
        assert garage.look(after, now=at(minutes=100)).slot_number != late.slot_number
        assert garage.enter(after, now=at(minutes=130)).slot_number != late.slot_number
        assert garage.leave(late, now=at(minutes=225)).refund_minor == 0

    def test_a_late_car_is_let_in_even_if_nobody_can_move(self):
        garage = Garage.build(slots=1)
        late = garage.book_and_pay(hours=2)
        after = garage.book_and_pay("KA01X", starts_at=at(minutes=120))
        garage.enter(late, now=at(minutes=119))
        assert SlotAllocation.objects.get(booking_id=late.booking_id).occupies_until == at(minutes=120)
        assert garage.look(after, now=at(minutes=119)).slot_number == late.slot_number


class TestOverstayers:
    def two_slots(self) -> tuple[Garage, object]:
        """One car overstays in its slot; the other slot is promised from hour one on."""
        garage = Garage.build(slots=2)
        garage.enter(garage.book_and_pay("KA01X", hours=1))
        return garage, at(minutes=61)

    def test_the_arriving_car_gets_another_free_slot(self):
        garage, now = self.two_slots()
        overstayed = SlotAllocation.objects.get().slot
        garage.zone.slots.exclude(id=overstayed.id).update(in_service=False)
        arriving = garage.book_and_pay("KA02X", now=at(minutes=30), starts_at=at(minutes=60))
        garage.zone.slots.update(in_service=True)
        assert arriving.slot_number == overstayed.number
        assert garage.enter(arriving, now=now).slot_number != overstayed.number

    def test_it_takes_a_slot_promised_to_somebody_who_has_not_come_before_it_is_turned_away(self):
        garage, now = self.two_slots()
        arriving = [
            garage.book_and_pay(f"KA0{number}X", now=at(minutes=30), starts_at=at(minutes=60)) for number in (2, 3)
        ]
        assert garage.enter(arriving[0], now=now).vehicle_number == "KA02X"
        allocations = SlotAllocation.objects.filter(released_at=None)
        assert allocations.count() == 3
        with pytest.raises(ZoneFull):
            garage.enter(arriving[1], now=now)

    def test_when_every_slot_has_a_car_in_it_all_of_the_money_goes_back_at_once(self):
        garage = Garage.build(slots=1)
        garage.enter(garage.book_and_pay("KA01X", hours=1))
        arriving = garage.book_and_pay("KA02X", hours=2, now=at(minutes=30), starts_at=at(minutes=60))
        with pytest.raises(ZoneFull):
            garage.enter(arriving, now=at(minutes=60))
        refund = Refund.objects.get()
        assert (refund.kind, refund.status, refund.amount_minor) == (RefundKind.ZONE_FULL, "PROCESSED", 10_000)
        assert scans()[-1] == ("ENTRY", "FAILED", "zone_full")
        with pytest.raises(BookingCancelled):
            garage.enter(arriving, now=at(minutes=61))
        assert Refund.objects.count() == 1

    def test_a_slot_with_a_car_still_in_it_is_not_sold_from_now_on(self):
        garage = Garage.build(slots=1)
        garage.enter(garage.book_and_pay("KA01X", hours=1))
        with pytest.raises(ZoneFull):
            garage.book("KA02X", now=at(minutes=61))
        assert garage.book("KA02X", now=at(minutes=61), starts_at=at(minutes=120)).status == BookingStatus.CREATED


class TestExit:
    @pytest.mark.parametrize(
        ("minutes", "billable_minutes", "hours", "total", "refund"),
        [
            (0, 0, 1, 5000, 10_000),
            (65, 60, 1, 5000, 10_000),
            (66, 61, 2, 10_000, 5000),
            (125, 120, 2, 10_000, 5000),
            (185, 180, 3, 15_000, 0),
        ],
    )
    def test_unused_hours_are_refunded_once(self, garage, minutes, billable_minutes, hours, total, refund):
        booking = garage.book_and_pay(hours=3)
        garage.enter(booking)
        bill = garage.leave(booking, now=at(minutes=minutes))
        assert (bill.total_minutes, bill.billable_minutes, bill.billable_hours) == (minutes, billable_minutes, hours)
        assert (bill.total_minor, bill.prepaid_minor, bill.refund_minor) == (total, 15_000, refund)
        assert money_kept() == total
        with pytest.raises(AlreadyExited):
            garage.leave(booking, now=at(minutes=minutes + 1))
        assert money_kept() == total
        assert scans()[1:] == [("EXIT", "SUCCESS", "ok"), ("EXIT", "DUPLICATE", "already_exited")]

    def test_only_what_has_entered_can_leave(self, garage):
        booking = garage.book_and_pay()
        with pytest.raises(NotEntered):
            garage.leave(booking, now=at(minutes=1))
        assert scans() == [("EXIT", "FAILED", "not_entered")]

    def test_the_price_is_the_one_that_was_sold(self, garage):
        booking = garage.book_and_pay(hours=1)
        garage.enter(booking)
        dearer = Garage.build(name="Dearer", rate_minor=9000)
        garage.zone.tariff = dearer.zone.tariff
        garage.zone.save()
        with pytest.raises(PaymentDue) as due:
            garage.leave(booking, now=at(minutes=66))
        assert due.value.details["additional_amount"] == "50.00"
        assert garage.book("KA01X").amount_minor == 9000

    def test_the_slot_is_free_again_after_the_car_has_left(self, garage):
        booking = garage.book_and_pay(hours=5)
        garage.enter(booking)
        garage.leave(booking, now=at(minutes=30))
        assert get_zone_status(zone_id=garage.zone.id, now=at(minutes=30)).available_slots == 3


class TestOvertime:
    def overdue(self, garage: Garage) -> tuple[object, object]:
        """An hour was paid; the exit scan at 130 minutes asks for two more."""
        booking = garage.book_and_pay(hours=1)
        session_id = garage.enter(booking).session_id
        with pytest.raises(PaymentDue) as due:
            garage.leave(booking, now=at(minutes=130))
        assert (due.value.details["additional_amount"], due.value.details["exit_time"]) == ("100.00", None)
        return booking, session_id

    def test_the_gate_stays_shut_and_the_slot_taken_until_it_is_paid(self, garage):
        booking, session_id = self.overdue(garage)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=131))
        status = get_zone_status(zone_id=garage.zone.id, now=at(minutes=131))
        assert (status.occupied_slots, status.available_slots) == (1, 2)
        assert scans()[1:] == [("EXIT", "FAILED", "payment_due")] * 2

        answer = garage.top_up(session_id, now=at(minutes=132))
        assert (answer.amount_minor, answer.session_status) == (10_000, SessionStatus.COMPLETED)
        assert answer.leave_by == at(minutes=142)
        assert get_zone_status(zone_id=garage.zone.id, now=at(minutes=132)).available_slots == 3

        bill = garage.leave(booking, now=at(minutes=142))
        assert (bill.exit_time, bill.total_minor, bill.additional_minor) == (at(minutes=132), 15_000, 0)
        with pytest.raises(AlreadyExited):
            garage.leave(booking, now=at(minutes=142))
        assert money_kept() == 15_000

    def test_a_declined_top_up_changes_nothing(self, garage):
        booking, session_id = self.overdue(garage)
        with pytest.raises(PaymentDeclined):
            garage.top_up(session_id, now=at(minutes=131), token="tok_declined")
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=132))
        assert garage.top_up(session_id, now=at(minutes=133)).session_status == SessionStatus.COMPLETED

    def test_it_is_paid_once(self, garage):
        _, session_id = self.overdue(garage)
        garage.top_up(session_id, now=at(minutes=131))
        with pytest.raises(NothingDue):
            garage.top_up(session_id, now=at(minutes=131))
        assert money_kept() == 15_000

    @pytest.mark.parametrize(("seconds", "stands"), [(600, True), (601, False)])
    def test_the_amount_stands_for_ten_minutes(self, garage, seconds, stands):
        """Told at 180 minutes: 3 hours. From 186 minutes on it would be 4."""
        booking = garage.book_and_pay(hours=1)
        session_id = garage.enter(booking).session_id
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=180))
        now = at(minutes=180, seconds=seconds)
        if stands:
            assert garage.top_up(session_id, now=now).amount_minor == 10_000
            return
        with pytest.raises(QuoteOutdated) as grown:
            garage.top_up(session_id, now=now)
        assert grown.value.details["additional_amount"] == "150.00"
        assert Payment.objects.filter(kind="ADDITIONAL").count() == 0
        assert garage.top_up(session_id, now=now).amount_minor == 15_000
        assert money_kept() == 20_000

    def test_an_old_amount_that_has_not_grown_is_taken_as_it_is(self, garage):
        _, session_id = self.overdue(garage)
        assert garage.top_up(session_id, now=at(minutes=150)).amount_minor == 10_000
        assert Quote.objects.count() == 2

    def test_a_scan_after_the_amount_stood_tells_the_new_one(self, garage):
        booking, _ = self.overdue(garage)
        with pytest.raises(PaymentDue) as due:
            garage.leave(booking, now=at(minutes=190))
        assert due.value.details["additional_amount"] == "150.00"

    def test_a_payment_that_settles_late_opens_the_way_when_it_does(self, garage):
        booking, session_id = self.overdue(garage)
        assert garage.top_up(session_id, now=at(minutes=131), token="tok_settles_late").payment_status == "PENDING"
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=131))
        assert garage.top_up(session_id, now=at(minutes=132)).session_status == SessionStatus.COMPLETED
        assert garage.leave(booking, now=at(minutes=133)).additional_minor == 0


class TestPaidAndDidNotLeave:
    def paid(self, garage: Garage) -> tuple[object, object]:
        booking = garage.book_and_pay(hours=1)
        session_id = garage.enter(booking).session_id
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=120))
        garage.top_up(session_id, now=at(minutes=120))
        return booking, session_id

    def test_after_leave_by_the_time_since_is_asked_for(self, garage):
        booking, session_id = self.paid(garage)
        with pytest.raises(PaymentDue) as due:
            garage.leave(booking, now=at(minutes=130, seconds=1))
        assert due.value.details["additional_amount"] == "50.00"
        assert ParkingSession.objects.get().status == SessionStatus.AWAITING_PAYMENT
        assert get_zone_status(zone_id=garage.zone.id, now=at(minutes=131)).occupied_slots == 1
        assert garage.top_up(session_id, now=at(minutes=131)).amount_minor == 5000
        assert garage.leave(booking, now=at(minutes=132)).total_minor == 15_000
        assert money_kept() == 15_000
        assert get_zone_status(zone_id=garage.zone.id, now=at(minutes=132)).available_slots == 3

    def test_if_nothing_more_is_due_the_gate_simply_opens(self, garage):
        booking = garage.book_and_pay(hours=1)
        session_id = garage.enter(booking).session_id
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=70))
        garage.top_up(session_id, now=at(minutes=70))
        assert garage.leave(booking, now=at(minutes=100)).additional_minor == 0

    def test_a_slot_sold_meanwhile_stays_sold(self):
        garage = Garage.build(slots=1)
        booking, _ = self.paid(garage)
        garage.book_and_pay("KA01X", now=at(minutes=121))
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=131))
        assert SlotAllocation.objects.filter(released_at=None).count() == 1

    def test_a_car_that_came_in_again_has_left_on_its_old_ticket(self, garage):
        booking, _ = self.paid(garage)
        garage.enter(garage.book_and_pay(now=at(minutes=121)), now=at(minutes=122))
        with pytest.raises(AlreadyExited):
            garage.leave(booking, now=at(minutes=140))


class TestPayOnFoot:
    def test_it_is_paid_before_the_exit_and_the_gate_opens_until_leave_by(self, garage):
        booking = garage.book_and_pay(hours=1)
        session_id = garage.enter(booking).session_id
        answer = garage.top_up(session_id, now=at(minutes=120))
        assert (answer.amount_minor, answer.session_status) == (5000, SessionStatus.ACTIVE)
        assert get_zone_status(zone_id=garage.zone.id, now=at(minutes=121)).occupied_slots == 1
        bill = garage.leave(booking, now=at(minutes=130))
        assert (bill.total_minor, bill.refund_minor, bill.total_minutes) == (10_000, 0, 120)
        assert money_kept() == 10_000

    def test_later_the_full_price_less_all_that_was_captured_is_due(self, garage):
        booking = garage.book_and_pay(hours=1)
        session_id = garage.enter(booking).session_id
        garage.top_up(session_id, now=at(minutes=120))
        with pytest.raises(PaymentDue) as due:
            garage.leave(booking, now=at(minutes=130, seconds=1))
        assert (due.value.details["total_amount"], due.value.details["additional_amount"]) == ("150.00", "50.00")

    def test_not_before_more_is_due_than_was_paid(self, garage):
        session_id = garage.enter(garage.book_and_pay(hours=1)).session_id
        with pytest.raises(NothingDue):
            garage.top_up(session_id, now=at(minutes=65))
        assert garage.top_up(session_id, now=at(minutes=66)).amount_minor == 5000


class TestDevices:
    def scan(self, device_id: str, *, code: str, caller: Caller | None = None) -> ParkingError:
        with pytest.raises(ParkingError) as refusal:
            ParkingService.scan_entry_qr(
                qr_code=code,
                scanner_device_id=device_id,
                caller=caller or device_caller(device_id=device_id),
                now=OPENING,
            )
        return refusal.value

    @pytest.mark.parametrize(
        ("caller", "error"),
        [(DRIVER, DeviceKeyRequired), (UNPROVEN, InvalidKey), (EXIT_GATE, NotYourDevice)],
    )
    def test_a_gate_scans_for_itself_only(self, garage, caller, error):
        booking = garage.book_and_pay()
        assert isinstance(self.scan(ENTRY_GATE.name, code=booking.qr_code, caller=caller), error)
        assert scans() == [("ENTRY", "FAILED", error.default_code)]
        assert ParkingBooking.objects.get().status == BookingStatus.PAID

    def test_only_a_registered_device_in_its_direction_and_zone_admits(self, garage):
        booking = garage.book_and_pay()
        other = Garage.build(name="Other zone")
        device = GateDevice.objects.get(device_id=ENTRY_GATE.name)
        assert isinstance(self.scan("GATE-OF-NOBODY", code=booking.qr_code), UnknownDevice)
        assert isinstance(self.scan(EXIT_GATE.name, code=booking.qr_code), WrongDirection)
        device.zones.set([other.zone])
        assert isinstance(self.scan(device.device_id, code=booking.qr_code), WrongZone)
        device.zones.add(garage.zone)
        device.revoked_at = OPENING
        device.save()
        assert isinstance(self.scan(device.device_id, code=booking.qr_code), DeviceRevoked)
        assert [reason for _, _, reason in scans()] == [
            "unknown_device",
            "wrong_direction",
            "wrong_zone",
            "device_revoked",
        ]
        assert ParkingBooking.objects.get().status == BookingStatus.PAID


class TestTheSameScanAgain:
    def test_an_admission_is_answered_alike_and_logged_once(self, garage):
        booking = garage.book_and_pay()
        first = garage.enter(booking, scan_id="scan-1")
        assert garage.enter(booking, now=at(minutes=9), scan_id="scan-1") == first
        assert scans() == [("ENTRY", "SUCCESS", "ok")]

    def test_an_exit_is_answered_alike(self, garage):
        booking = garage.book_and_pay()
        garage.enter(booking)
        first = garage.leave(booking, now=at(minutes=30), scan_id="scan-1")
        assert garage.leave(booking, now=at(minutes=31), scan_id="scan-1") == first

    def test_a_refusal_is_answered_alike(self, garage):
        booking = garage.book_and_pay(hours=1)
        garage.enter(booking)
        answers = []
        for minutes in (66, 200):
            with pytest.raises(ParkingError) as refusal:
                garage.leave(booking, now=at(minutes=minutes), scan_id="scan-1")
            answers.append((refusal.value.code, refusal.value.status, refusal.value.message, refusal.value.details))
        assert answers[0] == answers[1]
        assert answers[0][:2] == ("payment_due", 402)

    def test_a_new_scan_of_a_used_ticket_is_a_duplicate(self, garage):
        booking = garage.book_and_pay()
        garage.enter(booking, scan_id="scan-1")
        with pytest.raises(AlreadyEntered):
            garage.enter(booking, scan_id="scan-2")
        assert QRScanLog.objects.get(scan_id="scan-2").result == ScanResult.DUPLICATE

    def test_a_scan_id_is_not_used_for_another_ticket(self, garage):
        garage.enter(garage.book_and_pay("KA01X"), scan_id="scan-1")
        with pytest.raises(ParkingError) as refusal:
            garage.enter(garage.book_and_pay("KA02X"), scan_id="scan-1")
        assert (refusal.value.code, refusal.value.status) == ("scan_id_reused", 409)
        assert scans() == [("ENTRY", "SUCCESS", "ok"), ("ENTRY", "FAILED", "scan_id_reused")]


def test_two_slots_trade_all_that_is_promised_on_them_before_a_payer_is_turned_away():
    """One slot is overstayed; the other is empty, and promised to two bookings in a row."""
    garage = Garage.build(slots=2)
    overstaying = garage.book_and_pay("KA01X", hours=1)
    garage.enter(overstaying)
    overstayed = garage.zone.slots.filter(number=overstaying.slot_number)
    overstayed.update(in_service=False)
    promised = [
        garage.book_and_pay(f"KA0{hour}X", now=at(minutes=1), starts_at=at(minutes=60 * hour)) for hour in (2, 3)
    ]
    overstayed.update(in_service=True)
    arriving = garage.book_and_pay("KA09X", hours=2, now=at(minutes=1), starts_at=at(minutes=120))
    assert arriving.slot_number == overstaying.slot_number

    assert garage.enter(arriving, now=at(minutes=121)).slot_number == promised[0].slot_number
    assert {garage.look(one, now=at(minutes=121)).slot_number for one in promised} == {overstaying.slot_number}
    with pytest.raises(ZoneFull):
        garage.enter(promised[0], now=at(minutes=122))
