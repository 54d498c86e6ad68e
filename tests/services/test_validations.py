"""A merchant's code, from the shop's counter to the exit gate."""

from __future__ import annotations

from uuid import uuid4

import pytest

from parking.domain.callers import DRIVER, SYSTEM, device_caller, integrator_caller, staff_caller
from parking.domain.errors import (
    AlreadyExited,
    Conflict,
    DiscountRefused,
    InvalidField,
    NotEntered,
    NothingDue,
    PaymentDue,
    PermissionRequired,
    UnknownBooking,
    UnknownDiscount,
    UnknownMerchant,
    UnknownSession,
)
from parking.domain.permissions import Role, Scope
from parking.domain.states import RefundKind, SessionStatus
from parking.models import Adjustment, AuditEvent, DiscountCode, ParkingSession, Refund, Validation
from parking.queries.auditor import audit
from parking.queries.discounts import list_codes, list_merchants
from parking.services import ParkingService
from parking.services.validations import ValidationApplied
from tests.garage import OPENING, Garage, at
from tests.services.merchant import AMOUNT, NEXT_YEAR, PERCENT, TIME, merchant_id, new_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_books_are_right(db):
    yield
    report = audit()
    assert report.violations == 0, [verdict.shown for verdict in report.verdicts if verdict.violations]


def use(booking, code="SHOP", *, minutes=10, caller=DRIVER) -> ValidationApplied:
    return ParkingService.apply_validation(
        booking_id=booking.booking_id, code=code, caller=caller, now=at(minutes=minutes)
    )


def inside(garage: Garage, plate: str = "DL01AB1234", *, hours: int = 1):
    booking = garage.book_and_pay(plate, hours=hours)
    garage.enter(booking)
    return booking


def granted(kind: str = "VALIDATION") -> list[int]:
    return list(Adjustment.objects.filter(kind=kind).order_by("created_at").values_list("amount_minor", flat=True))


def spent(code: str = "SHOP") -> int:
    return DiscountCode.objects.get(code=code).spent_minor


class TestWhatItGives:
    def test_an_amount_lowers_what_is_due_at_the_exit(self, garage):
        booking = inside(garage)
        new_code(AMOUNT, 3000)
        applied = use(booking, minutes=70)
        assert (applied.gives_minor, applied.total_minor, applied.due_minor) == (3000, 7000, 2000)
        with pytest.raises(PaymentDue) as due:
            garage.leave(booking, now=at(minutes=80))
        assert due.value.details["additional_amount"] == "20.00"
        garage.top_up(applied.session_id, now=at(minutes=81))
        bill = garage.leave(booking, now=at(minutes=82))
        assert (bill.price_minor, bill.discounts_minor, bill.total_minor) == (10000, 3000, 7000)
        assert (granted(), spent()) == ([-3000], 3000)

    def test_minutes_are_the_price_of_a_stay_so_much_shorter(self, garage):
        booking = inside(garage)
        new_code(TIME, 60)
        assert use(booking, minutes=130).gives_minor == 5000
        with pytest.raises(PaymentDue) as due:
            garage.leave(booking, now=at(minutes=130))
        assert due.value.details["additional_amount"] == "50.00"

    def test_minutes_never_reach_back_before_the_entry(self, garage):
        booking = inside(garage)
        new_code(TIME, 600)
        assert use(booking, minutes=20).gives_minor == 0
        assert use(booking, code=new_code(TIME, 60, code="OTHER").codes[0], minutes=20).gives_minor == 0

    def test_a_percentage_is_of_the_price(self, garage):
        booking = inside(garage)
        new_code(PERCENT, 2500)
        assert use(booking).gives_minor == 1250

    def test_no_use_gives_more_than_its_most(self, garage):
        booking = inside(garage)
        new_code(PERCENT, 10_000, at_most_minor=1500)
        assert use(booking).gives_minor == 1500

    def test_what_was_prepaid_beyond_the_total_goes_back_at_the_exit(self, garage):
        booking = inside(garage)
        new_code(AMOUNT, 2000)
        assert use(booking).refund_minor == 2000
        bill = garage.leave(booking, now=at(minutes=30))
        assert (bill.total_minor, bill.refund_minor) == (3000, 2000)
        refund = Refund.objects.get()
        assert (refund.kind, refund.amount_minor) == (RefundKind.UNUSED_TIME, 2000)

    def test_several_codes_take_of_what_is_left(self, garage):
        booking = inside(garage)
        for code, gives, value in (("HALF", PERCENT, 5000), ("QUARTER", PERCENT, 2500), ("THANKS", AMOUNT, 99_000)):
            new_code(gives, value, code=code)
        assert use(booking, "HALF").gives_minor == 2500
        assert use(booking, "QUARTER").gives_minor == 625
        assert use(booking, "THANKS").gives_minor == 1875
        garage.leave(booking, now=at(minutes=30))
        assert granted() == [-5000]
        assert [spent("HALF"), spent("QUARTER"), spent("THANKS")] == [2500, 625, 1875]

    def test_it_makes_the_way_free_for_a_car_that_waits_at_the_exit(self, garage):
        booking = inside(garage)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=70))
        new_code(TIME, 120)
        applied = use(booking, minutes=72)
        assert applied.due_minor == 0
        with pytest.raises(NothingDue):
            garage.top_up(applied.session_id, now=at(minutes=73))
        assert garage.leave(booking, now=at(minutes=74)).session_status is SessionStatus.COMPLETED

    def test_money_that_is_on_its_way_meanwhile_goes_back(self, garage):
        """The payment is of a quote from before the code."""
        booking = inside(garage)
        session_id = ParkingSession.objects.get().id
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=70))
        garage.top_up(session_id, now=at(minutes=71), token="tok_settles_late")
        new_code(AMOUNT, 5000)
        use(booking, minutes=72)
        ParkingService.process_additional_payment(session_id=session_id, gateway_data={}, now=at(minutes=75))
        bill = garage.leave(booking, now=at(minutes=76))
        assert (bill.total_minor, bill.refund_minor) == (5000, 5000)


class TestItsBudget:
    def test_the_most_is_reserved_and_the_rest_comes_back_at_the_exit(self, garage):
        first, second = inside(garage, "KA01A1"), inside(garage, "KA01A2")
        new_code(PERCENT, 5000, at_most_minor=6000, budget_minor=10_000)
        use(first)
        summary = list_codes(merchant_id=merchant_id())[0]
        assert (summary.uses, summary.granted_minor, summary.reserved_minor) == (1, 0, 6000)
        with pytest.raises(DiscountRefused, match="budget"):
            use(second)
        garage.leave(first, now=at(minutes=30))
        summary = list_codes(merchant_id=merchant_id())[0]
        assert (summary.uses, summary.granted_minor, summary.reserved_minor) == (1, 2500, 0)
        use(second, minutes=31)
        assert spent() == 8500

    def test_what_was_told_stays_when_the_budget_is_gone(self, garage):
        first, second = inside(garage, "KA01A1"), inside(garage, "KA01A2")
        new_code(AMOUNT, 4000, at_most_minor=None, budget_minor=8000)
        told = use(first, minutes=70)
        use(second, minutes=71)
        with pytest.raises(PaymentDue) as due:
            garage.leave(first, now=at(minutes=75))
        assert (told.due_minor, due.value.details["additional_amount"]) == (1000, "10.00")

    def test_a_code_for_one_use_is_used_up(self, garage):
        first, second = inside(garage, "KA01A1"), inside(garage, "KA01A2")
        new_code(AMOUNT, 1000, max_uses=1)
        use(first)
        with pytest.raises(DiscountRefused, match="used up"):
            use(second)

    def test_what_was_granted_stands_when_the_car_did_not_leave(self, garage):
        """It paid its half of two hours, stayed on, and pays for the third hour itself."""
        booking = inside(garage)
        new_code(PERCENT, 5000, at_most_minor=6000, budget_minor=6000)
        session_id = use(booking, minutes=10).session_id
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=130))
        garage.top_up(session_id, now=at(minutes=131))
        assert (granted(), spent()) == ([-6000], 6000)
        with pytest.raises(PaymentDue) as due:
            garage.leave(booking, now=at(minutes=200))
        assert due.value.details["additional_amount"] == "50.00"
        garage.top_up(session_id, now=at(minutes=201))
        assert garage.leave(booking, now=at(minutes=202)).total_minor == 14_000
        assert (granted(), spent()) == ([-6000], 6000)

    def test_a_stay_that_was_opened_again_takes_another_code(self, garage):
        booking = inside(garage)
        new_code(AMOUNT, 1000)
        session_id = use(booking).session_id
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=70))
        garage.top_up(session_id, now=at(minutes=71))
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=130))
        new_code(TIME, 60, code="AGAIN")
        use(booking, "AGAIN", minutes=131)
        garage.leave(booking, now=at(minutes=132))
        assert granted() == [-1000, -5000]


class TestRefused:
    def test_before_the_entry(self, garage):
        new_code(AMOUNT, 1000)
        with pytest.raises(NotEntered, match="not entered yet"):
            use(garage.book_and_pay())

    def test_after_the_stay(self, garage):
        booking = inside(garage)
        new_code(AMOUNT, 1000)
        garage.leave(booking, now=at(minutes=20))
        with pytest.raises(DiscountRefused, match="stay is over"):
            use(booking, minutes=21)
        with pytest.raises(AlreadyExited):
            garage.leave(booking, now=at(minutes=22))

    def test_twice_on_one_stay(self, garage):
        booking = inside(garage)
        new_code(AMOUNT, 1000)
        use(booking)
        with pytest.raises(DiscountRefused, match="already used"):
            use(booking, " shop ")
        assert (spent(), DiscountCode.objects.get().uses) == (100_000, 1)

    def test_a_sixth_code(self, garage):
        booking = inside(garage)
        for number in range(6):
            new_code(AMOUNT, 100, code=f"CODE-{number}")
        for number in range(5):
            use(booking, f"CODE-{number}")
        with pytest.raises(DiscountRefused, match="no more"):
            use(booking, "CODE-5")

    @pytest.mark.parametrize(
        ("minutes", "why"), [(14, "not valid yet"), (15, None), (24, None), (25, "over"), (26, "over")]
    )
    def test_outside_of_its_validity(self, garage, minutes, why):
        booking = inside(garage)
        new_code(AMOUNT, 1000, valid_from=at(minutes=15), valid_until=at(minutes=25))
        if why is None:
            use(booking, minutes=minutes)
        else:
            with pytest.raises(DiscountRefused, match=why):
                use(booking, minutes=minutes)

    def test_a_code_that_was_closed(self, garage):
        first, second = inside(garage, "KA01A1"), inside(garage, "KA01A2")
        new_code(AMOUNT, 1000)
        use(first)
        for _ in range(2):
            ParkingService.close_discount_code(
                merchant_id=merchant_id(), code="shop", caller=SYSTEM, now=at(minutes=11)
            )
        with pytest.raises(DiscountRefused, match="over"):
            use(second, minutes=12)
        assert garage.leave(first, now=at(minutes=13)).discounts_minor == 1000
        assert AuditEvent.objects.filter(action="discount.closed").count() == 1

    def test_a_code_of_a_merchant_that_was_closed(self, garage):
        booking = inside(garage)
        new_code(AMOUNT, 1000)
        for _ in range(2):
            ParkingService.close_merchant(merchant_id=merchant_id(), caller=SYSTEM, now=at(minutes=5))
        with pytest.raises(DiscountRefused):
            use(booking)
        with pytest.raises(Conflict, match="closed"):
            new_code(AMOUNT, 1000, code="LATER")
        assert AuditEvent.objects.filter(action="merchant.closed").count() == 1

    @pytest.mark.parametrize("code", ["NONE", "", "x" * 300, "\u0428\u041e\u041f1", "A B C D"])
    def test_a_code_that_there_is_not(self, garage, code):
        with pytest.raises(UnknownDiscount):
            use(inside(garage), code)

    def test_a_stay_that_there_is_not(self, garage):
        for named, refusal in (("booking_id", UnknownBooking), ("session_id", UnknownSession)):
            with pytest.raises(refusal):
                ParkingService.apply_validation(**{named: uuid4()}, code="SHOP", now=OPENING)

    def test_who_may(self, garage):
        booking = inside(garage)
        new_code(AMOUNT, 1000)
        for caller in (device_caller(device_id="EXIT_GATE_01"), integrator_caller(name="App", scopes=[])):
            with pytest.raises(PermissionRequired):
                use(booking, caller=caller)
        use(booking, caller=integrator_caller(name="Till", scopes=[Scope.VALIDATIONS_WRITE]))
        assert Validation.objects.get().applied_by == "integrator:Till"
        attendant = staff_caller(name="ravi", roles=[Role.ATTENDANT])
        with pytest.raises(PermissionRequired):
            ParkingService.create_merchant(name="Mine", caller=attendant, now=OPENING)


class TestMerchantsAndTheirCodes:
    def test_a_stay_may_be_named_by_its_session(self, garage):
        booking = inside(garage)
        new_code(AMOUNT, 1000)
        session_id = ParkingSession.objects.get().id
        applied = ParkingService.apply_validation(session_id=session_id, code="SHOP", now=at(minutes=1))
        assert (applied.booking_id, applied.merchant) == (booking.booking_id, "Book shop")

    def test_a_batch_of_codes_for_one_use_each(self, garage):
        made = ParkingService.create_discount_batch(
            merchant_id=merchant_id(),
            count=20,
            gives=TIME,
            value=60,
            at_most_minor=5000,
            valid_from=OPENING,
            valid_until=NEXT_YEAR,
            caller=SYSTEM,
            now=OPENING,
        )
        assert len(set(made.codes)) == 20
        assert {one.max_uses for one in list_codes(merchant_id=merchant_id())} == {1}
        assert AuditEvent.objects.get(action="discount.created").data["count"] == 20
        assert [one.codes for one in list_merchants()] == [20]
        assert use(inside(garage), made.codes[7]).at_most_minor == 5000

    def test_a_code_of_its_own_is_kept_in_capitals(self, garage):
        assert new_code(AMOUNT, 500, code=" ab-12 ").codes == ("AB-12",)
        assert len(new_code(AMOUNT, 500, code=None).codes[0]) == 12

    def test_an_amount_is_its_own_most(self, garage):
        assert new_code(AMOUNT, 500, at_most_minor=None).at_most_minor == 500

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"value": 0}, "value"),
            ({"value": 10_001}, "value"),
            ({"at_most_minor": None}, "at_most"),
            ({"at_most_minor": 0}, "at_most"),
            ({"budget_minor": 99_999}, "budget"),
            ({"max_uses": 0}, "max_uses"),
            ({"code": "abc"}, "code"),
            ({"code": "a_b_c_d"}, "code"),
            ({"valid_until": OPENING}, "valid_until"),
            ({"valid_until": at(minutes=4000 * 24 * 60)}, "valid_until"),
        ],
    )
    def test_a_code_that_means_nothing(self, garage, changes, field):
        with pytest.raises(InvalidField) as refused:
            new_code(PERCENT, changes.pop("value", 5000), **changes)
        assert refused.value.details["field"] == field

    def test_names_are_given_once(self, garage):
        new_code(AMOUNT, 500)
        with pytest.raises(InvalidField, match="taken"):
            new_code(AMOUNT, 500, code="shop")
        with pytest.raises(InvalidField, match="taken"):
            ParkingService.create_merchant(name="Book shop", caller=SYSTEM, now=OPENING)
        with pytest.raises(InvalidField):
            ParkingService.create_merchant(name=" ", caller=SYSTEM, now=OPENING)

    def test_a_merchant_that_there_is_not(self, garage):
        with pytest.raises(UnknownMerchant):
            list_codes(merchant_id=2**64)
        with pytest.raises(UnknownMerchant):
            ParkingService.close_merchant(merchant_id=12345, caller=SYSTEM, now=OPENING)
        with pytest.raises(UnknownDiscount):
            ParkingService.close_discount_code(merchant_id=1, code="nope", caller=SYSTEM, now=OPENING)
