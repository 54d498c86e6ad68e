"""A garage, its payment provider, and time that passes: jobs run whenever one is due, events come in any order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from django.db.models import Min

from parking import jobs
from parking.domain.errors import ParkingError
from parking.domain.states import PaymentStatus, RefundStatus
from parking.models import Payment, Refund, SlotAllocation
from parking.queries.auditor import audit
from parking.services import ParkingService
from tests.fake_provider.gateway import NAME
from tests.fake_provider.process import FakeProvider
from tests.garage import OPENING, Garage
from tests.money.books import Books, differences, kept_minor, last_key, our_movements, their_movements

_ROUND: Final = timedelta(seconds=10)
"""Between two rounds of the jobs, as `run_parking_jobs` has it."""
_MOST_ROUNDS: Final = 400
_LONGEST_REST: Final = timedelta(days=8)


@dataclass(kw_only=True)
class Story:
    provider: FakeProvider
    garage: Garage
    random: Random
    now: datetime = OPENING
    events_come: bool = True
    """Whether what the provider has to tell may arrive while time passes."""
    rounds: int = 0
    delivered: int = 0
    refused: list[str] = field(default_factory=list)

    def ask(self, request: Callable[[], Any]) -> Any:
        """What somebody was answered: a result, or the error's code."""
        try:
            return request()
        except ParkingError as error:
            return error.code

    def wait(self, **time: float) -> None:
        """Time passes; each job runs when it is due, and events come in now and then."""
        self.until(self.now + timedelta(**time))

    def until(self, moment: datetime) -> None:
        while (due := self._next_due()) is not None and due <= moment:
            self._round(at=due)
        self._round(at=moment)

    def come_to_rest(self) -> None:
        """Until no job has anything left to do, and the provider nothing to tell."""
        self.events_come = True
        latest = self.now + _LONGEST_REST
        refused_before = len(self.refused)
        while (due := self._next_due()) is not None or self.provider.events():
            assert len(self.refused) < refused_before + _MOST_ROUNDS, f"events are refused: {set(self.refused)}"
            self.deliver()
            if due is not None:
                assert due < latest, "the jobs find no rest"
                self._round(at=due)

    def deliver(self) -> None:
        """All that the provider has to tell, in any order, and some of it twice."""
        events = self.provider.events()
        events += [event for event in events if self.random.random() < 0.5]
        self.random.shuffle(events)
        for event in events:
            self.receive(event)

    def receive(self, event: dict[str, Any]) -> str | None:
        """One event comes to the webhook. Returns the code if it is refused; then the provider keeps it."""
        try:
            ParkingService.receive_event(
                provider=NAME, headers=event["headers"], body=event["body"].encode(), now=self.now
            )
        except ParkingError as error:
            self.refused.append(error.code)
            return error.code
        self.delivered += 1
        self.provider.acknowledge(number=event["number"])
        return None

    def settle(self, subject: str, *, outcome: str) -> None:
        """The provider decides what becomes of the request that came last."""
        self.provider.settle(subject, last_key(self.provider.books(), subject=subject), outcome=outcome)

    def kept_minor(self, booking_id: object) -> int:
        return kept_minor(self.provider.books(), booking_id=booking_id)

    def breaches(self) -> list[str]:
        """Everything that must not be once all is at rest."""
        books = self.provider.books()
        found = differences(ours=our_movements(), theirs=their_movements(books)) + books["misuses"]
        open_payments = Payment.objects.filter(status=PaymentStatus.PENDING).count()
        open_refunds = Refund.objects.exclude(status=RefundStatus.PROCESSED).count()
        found += [f"{open_payments} payments are pending"] if open_payments else []
        found += [f"{open_refunds} refunds did not come through"] if open_refunds else []
        found += _refused_by_the_auditor()
        return found

    def books(self) -> Books:
        return self.provider.books()

    def _round(self, *, at: datetime) -> None:
        self.now = max(self.now, at)
        self.provider.clock(now=self.now)
        if self.events_come and self.random.random() < 0.5:
            self.deliver()
        jobs.run_all(now=self.now)
        self.rounds += 1
        assert self.rounds < _MOST_ROUNDS, "the jobs find no rest"

    def _next_due(self) -> datetime | None:
        """When a job has something to do next; what it did not get rid of, it meets again a round later."""
        payments = Payment.objects.exclude(status=PaymentStatus.COMPLETED)
        refunds = Refund.objects.exclude(status=RefundStatus.PROCESSED)
        dues = [
            rows.aggregate(due=Min(column))["due"]
            for rows, column in (
                (payments, "next_attempt_at"),
                (refunds, "next_attempt_at"),
                (SlotAllocation.objects.all(), "lapses_at"),
            )
        ]
        first = min((due for due in dues if due is not None), default=None)
        return first if first is None or first > self.now else self.now + _ROUND


def _refused_by_the_auditor() -> list[str]:
    return [f"{verdict.promise.number}: {finding.problem}" for verdict in audit().verdicts for finding in verdict.shown]
