"""Money that comes late, twice, or unasked for: what happens to it, case by case (issue 4, point 5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parking.domain.states import PaymentStatus
from parking.models import ParkingSession, Payment, ProviderEvent, Quote, Refund
from parking.services import payments, settlement
from tests.garage import OPENING, at

HOUR = 5000


def kinds_of_refunds() -> list[tuple[str, str, int]]:
    return list(Refund.objects.order_by("created_at").values_list("kind", "status", "amount_minor"))


def pays_and_waits(story, booking):
    """The payer has to do something first."""
    story.provider.fail("charge", outcome="need another step")
    return story.ask(lambda: story.garage.pay(booking, now=story.now))


@pytest.fixture
def story(tell):
    """At rest in the end, with nothing wrong."""
    story = tell(slots=1)
    yield story
    story.come_to_rest()
    assert story.breaches() == []


def test_paid_after_the_hold_lapsed_takes_a_slot_again_while_there_is_one(story):
    booking = story.garage.book("KA01A1", hours=2)
    pays_and_waits(story, booking)
    story.wait(minutes=16)
    assert story.garage.look(booking, now=story.now).status == "EXPIRED"

    story.settle("charge", outcome="succeed")
    story.deliver()
    assert story.garage.look(booking, now=story.now).status == "PAID"
    assert story.garage.enter(booking, now=story.now).slot_number == booking.slot_number
    assert kinds_of_refunds() == []


def test_paid_after_the_hold_lapsed_goes_back_once_when_no_slot_is_left(story):
    booking = story.garage.book("KA01A1", hours=2)
    pays_and_waits(story, booking)
    story.wait(minutes=16)
    late = Payment.objects.get()
    other = story.garage.book_and_pay("KA01A2", hours=2, now=story.now)

    story.provider.settle("charge", late.id, outcome="succeed")
    for _ in range(3):
        story.deliver()
        assert story.ask(lambda: story.garage.pay(booking, now=story.now)) == "hold_lapsed"
    assert story.garage.look(booking, now=story.now).status == "EXPIRED"
    assert story.garage.look(other, now=story.now).status == "PAID"
    assert kinds_of_refunds() == [("SURPLUS", "PROCESSED", 2 * HOUR)]
    assert story.kept_minor(booking.booking_id) == 0


def test_failed_and_then_succeeded_is_paid(story):
    booking = story.garage.book("KA01A1")
    story.provider.fail("charge", outcome="decline")
    assert story.ask(lambda: story.garage.pay(booking)) == "payment_declined"

    story.settle("charge", outcome="succeed")
    story.deliver()
    assert story.garage.look(booking, now=story.now).status == "PAID"
    assert story.ask(lambda: story.garage.pay(booking)) == "already_paid"
    assert (Payment.objects.count(), kinds_of_refunds()) == (1, [])


def test_failed_and_then_succeeded_without_an_event_is_found_by_a_look(story):
    booking = story.garage.book("KA01A1", starts_at=OPENING + timedelta(days=3))
    story.provider.fail("charge", outcome="decline")
    story.ask(lambda: story.garage.pay(booking))
    story.events_come = False
    story.wait(hours=30)

    story.settle("charge", outcome="succeed")
    story.wait(hours=6)
    assert story.garage.look(booking, now=story.now).status == "PAID"


def test_failed_paid_by_another_card_and_then_succeeded_gives_the_first_back(story):
    booking = story.garage.book("KA01A1")
    story.provider.fail("charge", outcome="decline")
    story.ask(lambda: story.garage.pay(booking))
    first = Payment.objects.get()
    story.garage.pay(booking, now=at(minutes=1))

    story.provider.settle("charge", first.id, outcome="succeed")
    story.deliver()
    first.refresh_from_db()
    assert (first.status, first.surplus_minor) == ("COMPLETED", HOUR)
    assert story.garage.look(booking, now=story.now).status == "PAID"
    assert kinds_of_refunds() == [("SURPLUS", "PROCESSED", HOUR)]


@pytest.mark.parametrize("first", ["the answer", "the event of the second capture"])
def test_captured_twice_keeps_one_and_gives_one_back(story, first):
    booking = story.garage.book("KA01A1")
    manner = "answer" if first == "the answer" else "silence"
    story.provider.fail("charge", outcome="succeed twice", manner=manner)
    story.ask(lambda: story.garage.pay(booking))

    for event in reversed(story.provider.events()):
        assert story.receive(event) is None
    assert story.garage.look(booking, now=story.now).status == "PAID"
    assert sorted(Payment.objects.values_list("status", "surplus_minor")) == [("COMPLETED", 0), ("COMPLETED", HOUR)]
    assert kinds_of_refunds() == [("SURPLUS", "PROCESSED", HOUR)]


def test_cancelled_while_the_charge_is_pending_gives_all_back(story):
    booking = story.garage.book("KA01A1")
    pays_and_waits(story, booking)
    closed = story.garage.cancel(booking, now=at(minutes=1))
    assert (closed.refund_minor, closed.refund_processed) == (0, False)

    story.settle("charge", outcome="succeed")
    story.deliver()
    assert story.garage.look(booking, now=story.now).status == "CANCELLED"
    assert kinds_of_refunds() == [("SURPLUS", "PROCESSED", HOUR)]


def test_cancelled_while_the_charge_is_pending_and_it_fails_then_moves_nothing(story):
    booking = story.garage.book("KA01A1")
    pays_and_waits(story, booking)
    story.garage.cancel(booking, now=at(minutes=1))
    story.settle("charge", outcome="decline")
    story.deliver()
    assert (Payment.objects.get().status, kinds_of_refunds()) == ("FAILED", [])


@pytest.mark.parametrize("first", ["the event", "the cancellation"])
def test_a_cancellation_and_the_event_of_its_payment_give_back_once_whichever_is_first(story, first):
    booking = story.garage.book("KA01A1")
    pays_and_waits(story, booking)
    story.settle("charge", outcome="succeed")
    acts = [story.deliver, lambda: story.garage.cancel(booking, now=at(minutes=1))]
    for act in acts if first == "the event" else reversed(acts):
        act()
    kind = "BOOKING_CANCEL" if first == "the event" else "SURPLUS"
    assert kinds_of_refunds() == [(kind, "PROCESSED", HOUR)]
    assert story.garage.look(booking, now=story.now).status == "CANCELLED"


def test_a_charge_that_we_do_not_know_goes_back_and_pays_for_nothing(story):
    booking = story.garage.book("KA01A1")
    story.provider.charge(key="desk-1", booking_id=booking.booking_id, amount_minor=HOUR, currency="INR")
    for event in story.provider.events() * 2:
        assert story.receive(event) is None
    assert story.garage.look(booking, now=story.now).status == "CREATED"
    assert kinds_of_refunds() == [("SURPLUS", "PROCESSED", HOUR)]


@pytest.mark.parametrize(("names", "currency"), [("nobody's booking", "INR"), ("", "INR"), ("a booking", "EUR")])
def test_a_charge_that_is_nobodys_here_is_not_taken_for_understood(tell, names, currency):
    story = tell()
    booking_id = story.garage.book("KA01A1").booking_id if names == "a booking" else names
    story.provider.charge(key="desk-1", booking_id=booking_id, amount_minor=HOUR, currency=currency)
    for event in story.provider.events():
        assert story.receive(event) == "unknown_charge"
    assert (ProviderEvent.objects.count(), Payment.objects.count()) == (0, 0)


def test_an_old_intent_that_the_provider_never_received_is_not_charged_for_a_lapsed_hold(story):
    """Nobody has looked at it since, for no job ran; now the driver sends the same request again."""
    booking = story.garage.book("KA01A1")
    story.provider.fail("charge", manner="error")
    story.ask(lambda: story.garage.pay(booking))

    late = at(minutes=20)
    assert story.ask(lambda: story.garage.pay(booking, now=late)) == "payment_declined"
    assert story.ask(lambda: story.garage.pay(booking, now=late)) == "hold_lapsed"
    assert story.books()["movements"] == []


def test_an_intent_that_the_provider_never_received_is_not_charged_for_a_cancelled_booking(story):
    booking = story.garage.book("KA01A1")
    story.provider.fail("charge", manner="error")
    story.ask(lambda: story.garage.pay(booking))
    story.garage.cancel(booking, now=at(minutes=1))
    assert story.ask(lambda: story.garage.pay(booking, now=at(minutes=2))) == "payment_declined"
    assert story.ask(lambda: story.garage.pay(booking, now=at(minutes=2))) == "booking_cancelled"
    assert story.books()["movements"] == []


def test_an_old_intent_that_the_provider_never_received_is_not_charged_for_an_old_amount(story):
    """Two hours after the quote the stay costs more: the driver is told so before anything is charged."""
    booking = story.garage.book_and_pay("KA01A1")
    session_id = story.garage.enter(booking).session_id
    story.ask(lambda: story.garage.leave(booking, now=at(minutes=130)))
    story.provider.fail("charge", manner="error")
    story.ask(lambda: story.garage.top_up(session_id, now=at(minutes=130)))

    late = at(minutes=260)
    assert story.ask(lambda: story.garage.top_up(session_id, now=late)) == "payment_declined"
    assert story.ask(lambda: story.garage.top_up(session_id, now=late)) == "quote_outdated"
    assert len(story.books()["movements"]) == 1


def test_late_money_for_an_old_amount_lowers_what_is_asked_for(story):
    """Two hours were paid late, after three were quoted: one more is due, and no more than that is charged."""
    booking = story.garage.book_and_pay("KA01A1")
    session_id = story.garage.enter(booking).session_id
    story.ask(lambda: story.garage.leave(booking, now=at(minutes=70)))
    story.provider.fail("charge", outcome="decline")
    assert story.ask(lambda: story.garage.top_up(session_id, now=at(minutes=70))) == "payment_declined"
    story.ask(lambda: story.garage.leave(booking, now=at(minutes=130)))

    story.now = at(minutes=131)
    story.provider.clock(now=story.now)
    story.settle("charge", outcome="succeed")
    story.deliver()
    answer = story.garage.top_up(session_id, now=at(minutes=132))
    assert answer.amount_minor == HOUR
    assert story.garage.leave(booking, now=at(minutes=133)).additional_minor == 0
    assert story.kept_minor(booking.booking_id) == 3 * HOUR
    assert list(Quote.objects.order_by("id").values_list("amount_minor", flat=True)) == [HOUR, 2 * HOUR, HOUR]
    assert ParkingSession.objects.get().status == "COMPLETED"


@pytest.mark.parametrize("provider_says", ["nothing", "that it waits"])
def test_a_failed_charge_is_looked_at_ever_more_seldom_and_not_for_ever(tell, provider_says):
    """Also while the provider does not answer, or has it wait again."""
    story = tell()
    booking = story.garage.book("KA01A1")
    story.provider.fail("charge", outcome="decline")
    story.ask(lambda: story.garage.pay(booking))
    if provider_says == "nothing":
        story.provider.fail("", manner="unavailable", times=-1)
    else:
        story.settle("charge", outcome="wait")
    payment = Payment.objects.get()
    looks = 0
    while payment.next_attempt_at is not None:
        story.now = max(payment.next_attempt_at, payment.lease_until or payment.next_attempt_at)
        looks += payments.look_into_due(now=story.now)
        payment.refresh_from_db()
        assert looks < 40
    assert payment.status == PaymentStatus.FAILED
    assert story.now - OPENING <= settlement.LATE_AUTHORISATION + timedelta(hours=6)


def test_one_payment_that_cannot_be_settled_now_does_not_keep_others_from_it(tell, monkeypatch):
    """Somebody else is taking the last slot at this very moment."""
    story = tell(slots=1)
    first, second = (story.garage.book(plate, starts_at=at(minutes=m)) for plate, m in (("KA1", 60), ("KA2", 120)))
    for booking in (first, second):
        pays_and_waits(story, booking)
        story.settle("charge", outcome="succeed")
    give = settlement.collection.give_booking

    def busy_for_the_first(*, booking, allocation, now):
        if booking.id == first.booking_id:
            raise payments.PaymentInProgress
        return give(booking=booking, allocation=allocation, now=now)

    with monkeypatch.context() as patch:
        patch.setattr(settlement.collection, "give_booking", busy_for_the_first)
        payments.look_into_due(now=at(minutes=5))
    assert story.garage.look(second, now=at(minutes=5)).status == "PAID"
    payments.look_into_due(now=at(minutes=6))
    assert story.garage.look(first, now=at(minutes=6)).status == "PAID"
