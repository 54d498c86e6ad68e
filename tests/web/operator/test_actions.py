"""What people of the office do on their pages: each is done by its service, and answered by a redirect."""

from __future__ import annotations

import re

import pytest

from parking.domain.states import AdjustmentStatus, BookingStatus, RefundStatus
from parking.models import (
    Adjustment,
    AuditEvent,
    CashierShift,
    DayClose,
    Outage,
    ParkingBooking,
    ParkingSession,
    Payment,
    PolicyVersion,
    Refund,
    TariffVersion,
)
from parking.web.operator.forms import AmountField
from tests.garage import at
from tests.queries import cash
from tests.services.desk import with_limit
from tests.web.operator.conftest import PLATES, ROOT


def newest_audit() -> tuple[str, str]:
    event = AuditEvent.objects.latest("id")
    return event.action, event.caller


@pytest.fixture
def over(garage, clock):
    """A stay of two paid hours that is over, and cost all that was paid."""
    booking = garage.book_and_pay(PLATES[0], hours=2)
    garage.enter(booking)
    clock(minutes=120)
    garage.leave(booking, now=at(minutes=120))
    clock(minutes=1)
    return booking


class TestABooking:
    def test_it_is_cancelled_with_the_refund_that_was_shown(self, garage, olga):
        booking = garage.book_and_pay(PLATES[0])
        olga.send(
            f"bookings/{booking.booking_id}/cancel/",
            **{"cancel-reason": "Asked by phone", "cancel-expected_refund": "50.00"},
        )

        assert "The booking is cancelled, and ₹50.00 goes back." in olga.words
        assert ParkingBooking.objects.get().status == BookingStatus.CANCELLED
        assert "olga" in olga.words

    def test_nothing_is_cancelled_if_less_would_go_back_by_now(self, garage, olga, clock):
        booking = garage.book_and_pay(PLATES[0])
        clock(minutes=6)
        response = olga.send(
            f"bookings/{booking.booking_id}/cancel/",
            **{"cancel-reason": "Asked by phone", "cancel-expected_refund": "50.00"},
        )

        assert response.status_code == 409
        assert ParkingBooking.objects.get().status == BookingStatus.PAID

    def test_without_a_reason_the_form_comes_back_open(self, garage, olga):
        booking = garage.book_and_pay(PLATES[0])
        response = olga.send(f"bookings/{booking.booking_id}/cancel/", **{"cancel-reason": " "})

        assert response.status_code == 422
        assert "Say in a few words why." in olga.words
        assert re.search(r'<details class="act" open><summary>(?:(?!</summary>).)*Cancel', response.content.decode())

    def test_its_ticket_is_replaced(self, garage, ravi):
        booking = garage.book_and_pay(PLATES[0])
        ravi.send(f"bookings/{booking.booking_id}/ticket/", **{"ticket-reason": "Cannot be read"})

        now_called = ParkingBooking.objects.get().qr_code
        assert now_called != booking.qr_code
        assert f"The new code is {now_called}." in ravi.words

    def test_what_is_due_is_let_go(self, garage, ravi, clock):
        booking = garage.book_and_pay(PLATES[0])
        garage.enter(booking)
        clock(minutes=90)
        ravi.send(
            f"bookings/{booking.booking_id}/adjust/",
            **{"adjust-kind": "WAIVER", "adjust-amount": "20", "adjust-reason": "Blocked in"},
        )

        assert "₹20.00 was taken off. ₹30.00 is still due." in ravi.words
        assert Adjustment.objects.get().proposed_by == "staff:ravi"

    def test_more_than_is_due_is_refused_with_all_that_was_typed(self, garage, ravi, clock):
        booking = garage.book_and_pay(PLATES[0])
        garage.enter(booking)
        clock(minutes=90)
        response = ravi.send(
            f"bookings/{booking.booking_id}/adjust/",
            **{"adjust-kind": "WAIVER", "adjust-amount": "999.00", "adjust-reason": "Blocked in"},
        )

        assert response.status_code == 409
        assert b'value="999.00"' in response.content
        assert not Adjustment.objects.exists()

    @pytest.mark.parametrize("typed", ["", "much", "-5", "1.234", "50,00", "1,5", "٣"])
    def test_an_amount_that_is_none_is_told_at_its_field(self, garage, ravi, clock, typed):
        booking = garage.book_and_pay(PLATES[0])
        garage.enter(booking)
        clock(minutes=90)
        response = ravi.send(
            f"bookings/{booking.booking_id}/adjust/",
            **{"adjust-kind": "WAIVER", "adjust-amount": typed, "adjust-reason": "Blocked in"},
        )

        assert response.status_code == 422
        assert not Adjustment.objects.exists()


class TestMoneyGivenBack:
    def refund(self, somebody, booking, amount: str):
        return somebody.send(
            f"bookings/{booking.booking_id}/refund/",
            **{
                "refund-payment": str(Payment.objects.get().id),
                "refund-amount": amount,
                "refund-reason": "The lights were out",
            },
        )

    def test_a_form_that_is_sent_twice_gives_back_once(self, olga, over):
        key = re.findall(
            r'name="form_key" value="([^"]{36})"', olga.open(f"bookings/{over.booking_id}/").content.decode()
        )
        for _ in range(2):
            olga.send(
                f"bookings/{over.booking_id}/refund/",
                **{
                    "form_key": key[0],
                    "refund-payment": str(Payment.objects.get().id),
                    "refund-amount": "10.00",
                    "refund-reason": "The lights were out",
                },
            )
        assert list(Adjustment.objects.values_list("amount_minor", flat=True)) == [-1000]
        assert "This form was sent more than once. It counted once." in olga.words

    def test_within_the_limit_at_once(self, olga, over):
        self.refund(olga, over, "40.00")

        assert "₹40.00 goes back the way it was paid." in olga.words
        assert Refund.objects.get().amount_minor == 4000

    def test_thousands_may_be_grouped_as_in_india_and_elsewhere(self):
        field = AmountField(currency="INR")

        assert [field.clean(typed) for typed in ("1,00,000.00", "100,000", "5,000.50")] == [10000000, 10000000, 500050]

    def test_above_it_a_second_person_agrees(self, garage, olga, omar, clock):
        with_limit(garage, minor=1000)
        booking = garage.book_and_pay(PLATES[0], hours=2)
        garage.enter(booking)
        clock(minutes=120)
        garage.leave(booking, now=at(minutes=120))
        self.refund(olga, booking, "40.00")
        assert "₹40.00 waits for a second person, who must agree." in olga.words
        waiting = Adjustment.objects.get()

        olga.send(f"money/adjustments/{waiting.id}/", approve="yes")
        assert "This needs a second person" in olga.words
        assert not Refund.objects.exists()

        omar.open("money/")
        assert "₹40.00 · Goodwill" in omar.words
        omar.send(f"money/adjustments/{waiting.id}/", approve="yes")
        assert "Approved: ₹40.00 goes back the way it was paid." in omar.words
        waiting.refresh_from_db()
        assert (waiting.status, waiting.decided_by) == (AdjustmentStatus.APPROVED, "staff:omar")

    def test_who_proposed_takes_it_back(self, garage, olga, over):
        with_limit(garage, minor=1000)
        booking = garage.book_and_pay(PLATES[1], now=at(minutes=122))
        garage.enter(booking, now=at(minutes=122))
        stay = ParkingSession.objects.get(booking_id=booking.booking_id)
        olga.send(
            f"bookings/{stay.booking_id}/adjust/",
            **{"adjust-kind": "GOODWILL", "adjust-amount": "30", "adjust-reason": "Rain came in"},
        )
        olga.send(f"money/adjustments/{Adjustment.objects.get().id}/", approve="no")

        assert "Rejected: ₹30.00 stays as it was." in olga.words

    def test_cash_is_handed_back_out_of_the_drawer(self, garage, meera):
        meera.send("shift/open/", float="100")
        booking = garage.book(PLATES[0])
        cash.open_shift(now=at(minutes=0))
        cash.pay_in_cash(booking.booking_id, now=at(minutes=0))
        garage.cancel(booking, now=at(minutes=0))
        meera.send(f"money/refunds/{Refund.objects.get().id}/hand-back/")

        assert "Give ₹50.00 to the owner of DL01AB1234 now." in meera.words
        assert Refund.objects.get().status == RefundStatus.PROCESSED
        meera.send(f"money/refunds/{Refund.objects.get().id}/hand-back/")
        assert "Give ₹50.00" not in meera.words


class TestAZone:
    def test_a_slot_goes_out_of_service_and_comes_back(self, garage, olga):
        zone = f"zones/{garage.zone.id}/"
        olga.send(f"{zone}outages/", slot="T002", reason="Painting")

        assert "Slot T002 is put out of service for that time." in olga.words
        assert newest_audit() == ("outage.planned", "staff:olga")
        olga.send(f"{zone}outages/{Outage.objects.get().id}/end/")
        assert "Slot T002 is back in service." in olga.words

    def test_for_a_time_of_the_site(self, garage, olga):
        olga.send(
            f"zones/{garage.zone.id}/outages/",
            slot="",
            starts_at="2026-01-06T09:00",
            ends_at="2026-01-06T18:00",
            reason="Fair",
        )

        outage = Outage.objects.get()
        assert outage.slot is None
        assert outage.starts_at.isoformat() == "2026-01-06T03:30:00+00:00"

    def test_an_end_before_its_start_is_refused_at_the_form(self, garage, olga):
        response = olga.send(
            f"zones/{garage.zone.id}/outages/",
            slot="T001",
            starts_at="2026-01-06T09:00",
            ends_at="2026-01-06T08:00",
            reason="Fair",
        )

        assert response.status_code == 422
        assert not Outage.objects.exists()

    def test_it_closes_and_opens_again(self, garage, olga):
        zone = f"zones/{garage.zone.id}/"
        olga.send(f"{zone}open/", open="no")
        assert "The zone sells no more bookings." in olga.words
        olga.send(f"{zone}open/", open="yes")
        assert "The zone sells bookings again." in olga.words

    def test_it_sells_under_another_tariff(self, garage, olga):
        olga.send("prices/tariffs/new/hourly/", name="City", rate="80.00", grace_minutes="5", minimum_hours="1")
        city = TariffVersion.objects.get(name="City")
        olga.send(f"zones/{garage.zone.id}/terms/", tariff=str(city.id))

        garage.zone.refresh_from_db()
        assert garage.zone.tariff_id == city.id
        assert newest_audit() == ("zone.terms_set", "staff:olga")

    def test_nothing_chosen_is_told(self, garage, olga):
        response = olga.send(f"zones/{garage.zone.id}/terms/")

        assert response.status_code == 422
        assert "Choose a tariff, a policy, or both." in olga.words


class TestPrices:
    def test_a_tariff_by_the_hour_is_looked_at_and_then_published(self, garage, olga):
        typed = {"name": "City", "rate": "80.00", "grace_minutes": "5", "minimum_hours": "1"}
        olga.send("prices/tariffs/new/hourly/", **typed, preview="yes")
        assert "INR 80.00 for each started hour." in olga.words
        assert not TariffVersion.objects.filter(name="City").exists()

        olga.send("prices/tariffs/new/hourly/", **typed)
        assert TariffVersion.objects.get(name="City").definition["rate_minor"] == 8000
        assert newest_audit() == ("tariff.published", "staff:olga")

    def test_any_tariff_is_published_as_json(self, garage, olga):
        definition = '{"kind": "rates", "rates": [{"name": "Day", "bands": [{"each": "1h", "adds": "40.00"}]}]}'
        olga.send("prices/tariffs/new/", name="Fair", definition_text=definition)

        assert TariffVersion.objects.get(name="Fair").definition["currency"] == "INR"

    @pytest.mark.parametrize(
        ("definition", "words"),
        [
            ("{", "This is no JSON"),
            ("[]", "A definition is an object, in braces."),
            ('{"kind": "rates"}', "rates: is missing"),
            ("[" * 20_000, "This is"),
        ],
    )
    def test_what_is_no_tariff_is_told_at_the_form(self, garage, olga, definition, words):
        response = olga.send("prices/tariffs/new/", name="Fair", definition_text=definition)

        assert response.status_code == 422
        assert words in olga.words
        assert not TariffVersion.objects.filter(name="Fair").exists()

    def test_the_next_version_of_a_policy_keeps_what_was_not_changed(self, garage, olga):
        policy = garage.zone.policy
        page = olga.open(f"prices/policies/new/?from={policy.id}").content.decode()
        typed = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
        typed |= {"cancellation": "none", "anti_passback": "soft", "hold_minutes": "10"}
        typed.pop("csrfmiddlewaretoken")
        olga.send("prices/policies/new/", **{key: typed[key] for key in typed if key not in ("next", "q", "language")})

        made = PolicyVersion.objects.latest("id")
        changed = {key for key in made.definition if made.definition[key] != policy.definition[key]}
        assert (made.name, made.version) == (policy.name, policy.version + 1)
        assert changed == {"hold_seconds", "cancellation", "anti_passback"}


class TestAShift:
    def test_it_is_opened_and_closed_by_counting(self, garage, meera):
        meera.send("shift/open/", float="500")
        assert "Expected now ₹500.00" in meera.words
        meera.send("shift/close/", counted="490.00", note="One coin short")

        assert "₹10.00 less than expected were counted." in meera.words
        assert CashierShift.objects.get().counted_minor == 49000

    def test_a_second_one_is_refused_in_words(self, garage, meera):
        meera.send("shift/open/", float="500")
        assert meera.send("shift/open/", float="500").status_code == 409
        assert CashierShift.objects.count() == 1


class TestADay:
    def test_it_is_closed_once_it_is_over(self, garage, olga, clock):
        garage.book_and_pay(PLATES[0])
        olga.send("days/2026-01-05/close/")
        assert not DayClose.objects.exists()

        clock(days=1)
        olga.open("days/")
        assert "5 Jan 2026 waits to be closed" in olga.words
        olga.send("days/2026-01-05/close/")
        assert "is closed: ₹50.00 were kept." in olga.words
        assert newest_audit() == ("day.closed", "staff:olga")


class TestAnExport:
    def test_the_records_of_some_days_come_as_a_file(self, garage, anna):
        booking = garage.book_and_pay(PLATES[0])
        response = anna.open(
            "exports/file/", records="bookings", first="2026-01-05", last="2026-01-05", file_format="csv"
        )

        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert str(booking.booking_id) in b"".join(response.streaming_content).decode()
        assert newest_audit() == ("record.exported", "staff:anna")

    def test_as_xlsx_too(self, garage, anna):
        response = anna.open(
            "exports/file/", records="bookings", first="2026-01-05", last="2026-01-05", file_format="xlsx"
        )

        assert b"".join(response.streaming_content).startswith(b"PK")

    @pytest.mark.parametrize(
        ("first", "last"),
        [("", "2026-01-05"), ("2026-01-06", "2026-01-05"), ("2020-01-01", "2026-01-05"), ("0001-01-01", "0001-01-02")],
    )
    def test_days_that_are_none_are_told(self, garage, anna, first, last):
        response = anna.open("exports/file/", records="bookings", first=first, last=last, file_format="csv")

        assert response.status_code == 422


class TestForgetting:
    def test_a_person_is_forgotten_once_all_is_over(self, garage, olga, over, clock):
        page = f"bookings/{over.booking_id}/forget/"
        olga.open(page)
        assert "It cannot be undone" in olga.words
        clock(days=2)
        olga.send(page)

        assert "They are forgotten." in olga.words
        assert not ParkingBooking.objects.filter(plate=PLATES[0]).exists()

    def test_not_while_something_is_not_over(self, garage, olga):
        page = f"bookings/{garage.book_and_pay(PLATES[0]).booking_id}/forget/"
        olga.open(page)
        assert "A booking or stay is not over." in olga.words

        olga.send(page)
        assert ParkingBooking.objects.filter(plate=PLATES[0]).exists()


def test_a_form_of_the_office_is_answered_by_a_redirect(garage, olga):
    response = olga.client.post(f"{ROOT}zones/{garage.zone.id}/open/", {"open": "no"})

    assert (response.status_code, response["Location"]) == (302, f"{ROOT}zones/{garage.zone.id}/")
