"""The five ways in which money moves, each as a short story with a place where something can go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final

from parking.models import ParkingBooking, ParkingSession
from parking.services.results import BookingCreated, ExitBill, PaymentAnswer
from tests.garage import OPENING, Garage, at
from tests.money.story import Story

HOUR_MINOR: Final = 5000
_TRIES: Final = 5


@dataclass(kw_only=True)
class Operation:
    """`prepare`, then `act`: that is what a fault befalls. `finish` is what people do afterwards in any case."""

    name: ClassVar[str]
    subject: ClassVar[str]
    slots: ClassVar[int] = 3
    story: Story
    booking: BookingCreated

    @classmethod
    def prepare(cls, story: Story) -> Operation:
        raise NotImplementedError

    def act(self) -> Any:
        raise NotImplementedError

    def finish(self) -> None:
        """Nothing more, if nothing is said."""

    def wanted_minor(self) -> int:
        """What the provider must have kept for the booking in the end."""
        raise NotImplementedError

    @property
    def garage(self) -> Garage:
        return self.story.garage

    @property
    def status(self) -> str:
        return str(ParkingBooking.objects.get(id=self.booking.booking_id).status)


class BookingPayment(Operation):
    """For a window in two days, so that late money may still find a slot."""

    name = "booking payment"
    subject = "charge"

    @classmethod
    def prepare(cls, story: Story) -> Operation:
        return cls(story=story, booking=story.garage.book("KA01A1", starts_at=OPENING + timedelta(days=2)))

    def act(self) -> Any:
        return self.story.ask(lambda: self.garage.pay(self.booking, now=self.story.now))

    def finish(self) -> None:
        self.story.until(self.booking.starts_at)
        self.story.deliver()
        paid = self.story.kept_minor(self.booking.booking_id) >= HOUR_MINOR
        answer = self.story.ask(lambda: self.garage.enter(self.booking, now=self.story.now))
        assert isinstance(answer, str) is not paid, f"kept enough is {paid}, and the gate said {answer}"
        if paid:
            self.story.wait(minutes=30)
            bill = self.garage.leave(self.booking, now=self.story.now)
            assert (bill.additional_minor, bill.refund_minor) == (0, 0)

    def wanted_minor(self) -> int:
        return HOUR_MINOR if self.status == "USED" else 0


class AdditionalPayment(Operation):
    """One hour was booked, and the car wants out after two and a bit."""

    name = "additional payment"
    subject = "charge"

    @classmethod
    def prepare(cls, story: Story) -> Operation:
        operation = cls(story=story, booking=story.garage.book_and_pay("KA02A1"))
        story.garage.enter(operation.booking)
        story.until(at(minutes=130))
        assert story.ask(lambda: story.garage.leave(operation.booking, now=story.now)) == "payment_due"
        return operation

    def act(self) -> Any:
        return self.story.ask(lambda: self.garage.top_up(self.session.id, now=self.story.now))

    def finish(self) -> None:
        """The driver tries until the gate opens."""
        for _ in range(_TRIES):
            if isinstance(self.story.ask(lambda: self.garage.leave(self.booking, now=self.story.now)), ExitBill):
                return
            self.act()
            self.story.wait(minutes=1)
        raise AssertionError("the car is still at the gate")

    def wanted_minor(self) -> int:
        assert self.session.billed_until is not None
        stayed = (self.session.billed_until - self.session.entry_time) // timedelta(minutes=1)
        return HOUR_MINOR * max(1, -(-(stayed - 5) // 60))

    @property
    def session(self) -> ParkingSession:
        return ParkingSession.objects.get(booking_id=self.booking.booking_id)


class CancellationRefund(Operation):
    name = "cancellation refund"
    subject = "refund"

    @classmethod
    def prepare(cls, story: Story) -> Operation:
        operation = cls(story=story, booking=story.garage.book_and_pay("KA03A1"))
        story.wait(minutes=4)
        return operation

    def act(self) -> Any:
        return self.story.ask(lambda: self.garage.cancel(self.booking, now=self.story.now))

    def wanted_minor(self) -> int:
        assert self.status == "CANCELLED"
        return 0


class UnusedTimeRefund(Operation):
    """Three hours were booked, and one is used."""

    name = "unused-time refund"
    subject = "refund"

    @classmethod
    def prepare(cls, story: Story) -> Operation:
        operation = cls(story=story, booking=story.garage.book_and_pay("KA04A1", hours=3))
        story.garage.enter(operation.booking)
        story.wait(minutes=40)
        return operation

    def act(self) -> Any:
        return self.story.ask(lambda: self.garage.leave(self.booking, now=self.story.now))

    def wanted_minor(self) -> int:
        assert ParkingSession.objects.get(booking_id=self.booking.booking_id).gate_opened_at is not None
        return HOUR_MINOR


@dataclass(kw_only=True)
class SurplusRefund(Operation):
    """The only slot was given to somebody else when the money came."""

    name = "surplus refund"
    subject = "refund"
    slots = 1
    other: BookingCreated

    @classmethod
    def prepare(cls, story: Story) -> Operation:
        late = story.garage.book("KA05A1", hours=2)
        story.provider.fail("charge", outcome="wait")
        answer = story.garage.pay(late, now=story.now)
        assert isinstance(answer, PaymentAnswer)
        story.wait(minutes=16)
        other = story.garage.book_and_pay("KA05A2", hours=2, now=story.now)
        story.provider.settle("charge", answer.payment_id, outcome="succeed")
        return cls(story=story, booking=late, other=other)

    def act(self) -> Any:
        """The driver asks again how the payment stands."""
        return self.story.ask(lambda: self.garage.pay(self.booking, now=self.story.now))

    def finish(self) -> None:
        assert self.story.kept_minor(self.other.booking_id) == 2 * HOUR_MINOR

    def wanted_minor(self) -> int:
        assert self.status == "EXPIRED"
        return 0


OPERATIONS: Final = (BookingPayment, AdditionalPayment, CancellationRefund, UnusedTimeRefund, SurplusRefund)
