"""I9 to I16: amounts, payments and refunds."""

from __future__ import annotations

from datetime import timedelta

from parking.domain.money import MAX_AMOUNT_MINOR
from parking.models import Adjustment, IdempotentRequest, ProviderEvent, Quote
from tests.auditor.busy import Busy
from tests.auditor.corruptions import (
    allocation,
    booking,
    breaks,
    change,
    copied,
    new_refund,
    paid_again,
    payment,
    refund,
    session,
)
from tests.garage import at


@breaks("I9")
def a_payment_in_another_currency(busy: Busy) -> None:
    change(payment(busy, "declined"), currency="USD")


@breaks("I9")
def a_refund_in_another_currency(busy: Busy) -> None:
    change(refund(busy, "cancelled"), currency="USD")


@breaks("I9")
def a_booking_in_no_currency(busy: Busy) -> None:
    change(booking(busy, "unpaid"), currency="QQQ")


@breaks("I9")
def a_price_beyond_all_bounds(busy: Busy) -> None:
    change(booking(busy, "unpaid"), price_minor=MAX_AMOUNT_MINOR + 1)


@breaks("I9")
def a_quote_of_nothing(busy: Busy) -> None:
    change(Quote.objects.get(session=session(busy, "at the exit")), amount_minor=0)


@breaks("I9")
def a_payment_that_was_captured_in_part(busy: Busy) -> None:
    change(payment(busy, "no-show"), captured_minor=4000)


@breaks("I10")
def more_refunded_than_captured(busy: Busy) -> None:
    change(refund(busy, "goodwill for a no-show"), amount_minor=5001)
    by_two = {"needs_second": True, "decided_by": "staff:olga"}
    change(Adjustment.objects.get(booking_id=busy["goodwill for a no-show"].booking_id), amount_minor=-5001, **by_two)


@breaks("I11")
def a_booking_paid_twice(busy: Busy) -> None:
    paid_again(payment(busy, "tomorrow"))


@breaks("I11")
def a_quote_paid_twice(busy: Busy) -> None:
    paid_again(payment(busy, "on foot, inside", kind="ADDITIONAL"))


@breaks("I11")
def surplus_that_does_not_go_back(busy: Busy) -> None:
    change(refund(busy, "surplus"), kind="MANUAL")


@breaks("I11")
def surplus_that_was_none(busy: Busy) -> None:
    new_refund(busy, "no-show", kind="SURPLUS", amount_minor=100)


@breaks("I12")
def too_little_given_back(busy: Busy) -> None:
    change(refund(busy, "left"), amount_minor=4900)


@breaks("I12")
def too_much_given_back(busy: Busy) -> None:
    change(refund(busy, "left"), amount_minor=5100)


@breaks("I12")
def a_stay_that_was_shorter_than_it_was_billed(busy: Busy) -> None:
    change(session(busy, "left"), billed_until=at(minutes=20))


@breaks("I13")
def a_stay_that_was_longer_than_it_was_billed(busy: Busy) -> None:
    change(session(busy, "left"), billed_until=at(minutes=600))


@breaks("I13")
def overtime_that_was_paid_in_part(busy: Busy) -> None:
    change(payment(busy, "overtime", kind="ADDITIONAL"), amount_minor=5000, captured_minor=5000)


@breaks("I13")
def a_slot_freed_while_its_car_owes_money(busy: Busy) -> None:
    change(allocation(busy, "at the exit"), released_at=at(minutes=141), release_reason="EXITED")


@breaks("I14", tables=("parking_payment",))
def two_payments_with_one_reference(busy: Busy) -> None:
    reference = payment(busy, "tomorrow").provider_reference
    change(payment(busy, "also tomorrow"), provider_reference=reference)


@breaks("I14")
def two_refunds_with_one_reference(busy: Busy) -> None:
    change(refund(busy, "left"), provider_reference=refund(busy, "cancelled").provider_reference)


@breaks("I16")
def a_refund_for_a_booking_that_was_not_cancelled(busy: Busy) -> None:
    new_refund(busy, "tomorrow", kind="BOOKING_CANCEL", amount_minor=100)


@breaks("I16")
def a_cancellation_that_gave_back_half(busy: Busy) -> None:
    change(refund(busy, "cancelled"), amount_minor=5000)


@breaks("I16")
def a_full_refund_after_its_time(busy: Busy) -> None:
    change(booking(busy, "cancelled"), closed_at=at(minutes=5, seconds=1))


@breaks("I16")
def a_full_zone_taken_for_a_cancellation(busy: Busy) -> None:
    change(refund(busy, "turned away"), kind="BOOKING_CANCEL")


@breaks("I16")
def one_cancellation_with_two_refunds(busy: Busy) -> None:
    whole = refund(busy, "refund waits")
    change(whole, amount_minor=2000)
    copied(whole, amount_minor=whole.amount_minor - 2000)


@breaks("I16")
def two_cancellations_of_one_booking(busy: Busy) -> None:
    whole = refund(busy, "refund waits")
    change(whole, amount_minor=2000)
    later = whole.created_at + timedelta(minutes=1)
    copied(whole, amount_minor=whole.amount_minor - 2000, created_at=later)


@breaks("I16")
def unused_time_of_a_car_that_never_came(busy: Busy) -> None:
    new_refund(busy, "tomorrow", kind="UNUSED_TIME", amount_minor=100)


@breaks("I16")
def surplus_that_goes_back_in_part(busy: Busy) -> None:
    change(refund(busy, "surplus"), amount_minor=100)


@breaks("I14", tables=("parking_idempotentrequest",))
def two_requests_under_one_key(busy: Busy) -> None:
    key = {"scope": "driver", "client_key": "k-1", "route": "POST /", "body_hash": "0" * 64, "created_at": at()}
    for number in (1, 2):
        IdempotentRequest.objects.create(id=number, **key)


@breaks("I17", tables=("parking_providerevent",))
def one_event_applied_twice(busy: Busy) -> None:
    event = {"provider": "simulated", "event_id": "evt-1", "subject": "charge", "applied_at": at()}
    for number in (1, 2):
        ProviderEvent.objects.create(id=number, **event)
