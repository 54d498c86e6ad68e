"""What can go wrong at a provider, each told once for whatever operation it befalls."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from parking.models import Payment, Refund
from tests.money.books import our_movements
from tests.money.operations import Operation

CHARGE, REFUND = "charge", "refund"

Tell = Callable[[Operation], None]


@dataclass(frozen=True, kw_only=True)
class Fault:
    name: str
    tell: Tell
    only: str
    because: str
    """Why it makes no sense for the other kind of operation."""

    def befalls(self, operation: type[Operation]) -> bool:
        return self.only in ("", operation.subject)


FAULTS: Final[dict[str, Fault]] = {}


def fault(name: str, *, only: str = "", because: str = "") -> Callable[[Tell], Tell]:
    def add(tell: Tell) -> Tell:
        FAULTS[name] = Fault(name=name, tell=tell, only=only, because=because)
        return tell

    return add


def fail(operation: Operation, **fault: Any) -> None:
    """The next request for money meets this."""
    operation.story.provider.fail(operation.subject, **fault)


def newest_status(operation: Operation) -> str:
    """Of our row. What is unknown is neither done nor failed."""
    rows = Payment.objects if operation.subject == CHARGE else Refund.objects
    return str(rows.order_by("-created_at").values_list("status", flat=True)[0])


def is_open(operation: Operation) -> bool:
    """Whether we have taken nothing for done yet, as far as the provider was asked."""
    ours = {row[1] for row in our_movements()}
    requests = [row for row in operation.story.books()["requests"] if row["subject"] == operation.subject]
    return requests[-1]["reference"] not in ours


@fault("nothing")
def nothing(operation: Operation) -> None:
    operation.act()


@fault("declined", only=CHARGE, because="for a refund that is `refused, then accepted`")
def declined(operation: Operation) -> None:
    fail(operation, outcome="decline")
    assert operation.act() == "payment_declined"
    operation.act()


@fault("needs another step", only=CHARGE, because="nobody is asked to agree to a refund")
def another_step(operation: Operation) -> None:
    fail(operation, outcome="need another step")
    answer = operation.act()
    assert (answer.payment_status, answer.next_action["type"]) == ("PENDING", "redirect")
    operation.act()
    operation.story.wait(minutes=2)
    operation.story.settle(CHARGE, outcome="succeed")


@fault("needs another step, never taken", only=CHARGE, because="nobody is asked to agree to a refund")
def another_step_never_taken(operation: Operation) -> None:
    fail(operation, outcome="need another step")
    operation.act()
    operation.story.wait(minutes=20)
    operation.story.settle(CHARGE, outcome="decline")


@fault("timeout before it is done")
def timeout_before(operation: Operation) -> None:
    fail(operation, manner="silence")
    operation.act()
    operation.act()


@fault("timeout before it is done, and nobody asks again")
def timeout_before_and_nobody_asks(operation: Operation) -> None:
    fail(operation, manner="silence")
    operation.act()
    assert newest_status(operation) == "PENDING"


@fault("timeout after it is done")
def timeout_after(operation: Operation) -> None:
    fail(operation, outcome="succeed", manner="silence")
    operation.act()
    assert newest_status(operation) == "PENDING"
    operation.act()


@fault("timeout, and done when the client is gone")
def done_later(operation: Operation) -> None:
    fail(operation, outcome="succeed", manner="do it when the client is gone")
    operation.act()
    operation.act()


@fault("error 500 after it is done")
def error_after(operation: Operation) -> None:
    fail(operation, outcome="succeed", manner="error")
    operation.act()
    operation.act()


@fault("error 500 before it is done")
def error_before(operation: Operation) -> None:
    fail(operation, manner="error", times=3)
    operation.act()
    operation.act()


@fault("an answer that cannot be read")
def rubbish(operation: Operation) -> None:
    fail(operation, outcome="succeed", manner="rubbish")
    operation.act()


@fault("each event three times")
def duplicate_events(operation: Operation) -> None:
    operation.act()
    for event in operation.story.provider.events() * 3:
        assert operation.story.receive(event) is None


@fault("the answer lost, the event a day late")
def delayed_event(operation: Operation) -> None:
    story = operation.story
    story.events_come = False
    story.provider.fail("", manner="unavailable", times=-1)
    fail(operation, outcome="succeed", manner="silence")
    operation.act()
    story.wait(hours=20)
    for event in story.provider.events():
        assert story.receive(event) is None
    story.provider.behave()


@fault("events in the wrong order")
def reordered_events(operation: Operation) -> None:
    story = operation.story
    fail(operation, outcome="wait")
    operation.act()
    story.settle(operation.subject, outcome="decline")
    story.settle(operation.subject, outcome="succeed")
    for event in reversed(story.provider.events()):
        assert story.receive(event) is None
    assert not is_open(operation)


@fault("forged events")
def forged_events(operation: Operation) -> None:
    """They claim a success that there never was: signed with another key, or with the signature of another body."""
    story = operation.story
    fail(operation, outcome="wait")
    operation.act()
    for event in (story.provider.events(forged=True)[-1], story.provider.events()[-1]):
        message = json.loads(event["body"])
        message["type"] = f"{operation.subject}.succeeded"
        assert story.receive(event | {"body": json.dumps(message)}) == "bad_event"
    assert is_open(operation)
    story.settle(operation.subject, outcome="decline" if operation.subject == CHARGE else "succeed")
    operation.act()


@fault("stale events")
def stale_events(operation: Operation) -> None:
    """Caught, and sent again after the tolerance of five minutes."""
    story = operation.story
    fail(operation, outcome="wait")
    operation.act()
    story.settle(operation.subject, outcome="succeed")
    for event in story.provider.events(age_seconds=301):
        assert story.receive(event) == "bad_event"
    assert is_open(operation)


@fault("failed, and a day later done after all")
def late_success(operation: Operation) -> None:
    fail(operation, outcome="decline", times=-1 if operation.subject == REFUND else 1)
    operation.act()
    operation.story.wait(hours=20)
    operation.story.settle(operation.subject, outcome="succeed")
    operation.story.provider.behave()


@fault("failed, paid again, and then the first after all", only=CHARGE, because="a refund is retried under its key")
def late_success_of_the_first(operation: Operation) -> None:
    story = operation.story
    fail(operation, outcome="decline")
    assert operation.act() == "payment_declined"
    first = [row["key"] for row in story.books()["requests"] if row["subject"] == CHARGE][-1]
    operation.act()
    story.wait(hours=2)
    story.provider.settle(CHARGE, first, outcome="succeed")


@fault("captured twice", only=CHARGE, because="what a provider gives away twice under one key is its own loss")
def captured_twice(operation: Operation) -> None:
    fail(operation, outcome="succeed twice")
    operation.act()


@fault("captured twice, and the answer lost", only=CHARGE, because="as above")
def captured_twice_unknown(operation: Operation) -> None:
    fail(operation, outcome="succeed twice", manner="silence")
    operation.act()
    operation.act()


@fault("a charge that we did not ask for")
def unknown_charge(operation: Operation) -> None:
    """It names a booking of ours, as one made at the provider's own desk does."""
    booking_id = operation.booking.booking_id
    operation.story.provider.charge(key="desk-1", booking_id=booking_id, amount_minor=7001, currency="INR")
    operation.act()
    operation.story.deliver()


@fault("refused, then accepted", only=REFUND, because="a charge that is declined is another charge when tried again")
def refused_then_accepted(operation: Operation) -> None:
    fail(operation, outcome="decline", times=3)
    operation.act()
    operation.act()


@fault("pending, then processed by an event", only=REFUND, because="for a charge that is `needs another step`")
def pending_then_processed(operation: Operation) -> None:
    story = operation.story
    fail(operation, outcome="wait")
    operation.act()
    story.wait(hours=1)
    assert is_open(operation)
    story.settle(REFUND, outcome="succeed")
    for event in story.provider.events():
        assert story.receive(event) is None
    assert not is_open(operation)


@fault("outage: error 503 for half an hour")
def unavailable(operation: Operation) -> None:
    operation.story.provider.fail("", manner="unavailable", times=-1)
    operation.act()
    operation.act()
    operation.story.wait(minutes=30)
    operation.story.provider.behave()
    operation.act()


@fault("outage: the provider is killed, and is back half an hour later")
def killed(operation: Operation) -> None:
    operation.story.events_come = False
    operation.story.provider.kill()
    operation.act()
    operation.act()
    operation.story.wait(minutes=30)
    operation.story.provider.start()
    operation.act()
