"""kill -9 of the web process, with all five operations at one point between intent and record: nothing is lost.

The point is reached by the provider, which holds its client there, or by a lock in the database; then the process
and its workers are killed, started again, and the drivers come back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from django.db import connection

from tests.fake_provider.process import FakeProvider
from tests.money.books import differences, kept_minor, their_movements
from tests.money.drivers import Drivers
from tests.money.web import WebProcess
from tests.races.served import fresh_database

_INTO_THE_LOCK_SECONDS: Final = 1.0
_CHARGES, _REFUNDS = 2, 3

Kill = Callable[[WebProcess, FakeProvider, Drivers], None]


@pytest.fixture(scope="module")
def served_provider(tmp_path_factory) -> Iterator[FakeProvider]:
    provider = FakeProvider(ledger=tmp_path_factory.mktemp("witness") / "ledger.sqlite3")
    provider.start()
    yield provider
    provider.kill()


@pytest.fixture(scope="module")
def web(tmp_path_factory, served_provider, note) -> Iterator[WebProcess]:
    folder = tmp_path_factory.mktemp("killed")
    with fresh_database(vendor=connection.vendor, folder=folder) as url:
        web = WebProcess(url=url, folder=folder, provider=served_provider)
        web.manage("migrate")
        web.manage("setup_parking_system")
        web.start()
        try:
            yield web
            audit = web.manage("verify_parking")  # fails if it finds anything
        finally:
            web.kill()
        note(audit=audit.splitlines()[-1])


def hold_all(provider: FakeProvider, *, outcome: str, manner: str) -> None:
    provider.fail("charge", outcome=outcome, manner=manner, times=_CHARGES)
    provider.fail("refund", outcome=outcome, manner=manner, times=_REFUNDS)


def before_the_intent(web: WebProcess, provider: FakeProvider, drivers: Drivers) -> None:
    with web.nobody_writes():
        requests = drivers.act_at_once()
        time.sleep(_INTO_THE_LOCK_SECONDS)
        web.kill()
    drivers.wait_for(requests)


def at_the_provider(outcome: str, manner: str) -> Kill:
    def kill(web: WebProcess, provider: FakeProvider, drivers: Drivers) -> None:
        hold_all(provider, outcome=outcome, manner=manner)
        requests = drivers.act_at_once()
        provider.wait_until_held(_CHARGES + _REFUNDS)
        web.kill()
        drivers.wait_for(requests)
        provider.wait_until_held(0)

    return kill


def answered_but_not_recorded(web: WebProcess, provider: FakeProvider, drivers: Drivers) -> None:
    hold_all(provider, outcome="succeed", manner="hold")
    requests = drivers.act_at_once()
    provider.wait_until_held(_CHARGES + _REFUNDS)
    with web.nobody_writes():
        provider.behave()
        provider.wait_until_held(0)
        time.sleep(_INTO_THE_LOCK_SECONDS)
        web.kill()
    drivers.wait_for(requests)


def while_asked_again(web: WebProcess, provider: FakeProvider, drivers: Drivers) -> None:
    """Nothing is known yet. The web process dies while drivers ask, and then the jobs do, twice."""
    hold_all(provider, outcome="nothing", manner="error")
    drivers.wait_for(drivers.act_at_once())
    provider.fail("charge look-up", manner="silence", times=_CHARGES)
    requests = drivers.act_at_once()
    provider.wait_until_held(_CHARGES)
    web.kill()
    drivers.wait_for(requests)
    web.start()
    web.let_time_pass(seconds=61)
    for operation in ("charge look-up", "refund look-up"):
        provider.fail(operation, manner="silence")
        with web.jobs():
            provider.wait_until_held(1)
        provider.wait_until_held(0)


POINTS: Final[dict[str, Kill]] = {
    "before the intent is committed": before_the_intent,
    "intent committed, nothing done": at_the_provider("nothing", "silence"),
    "done, not answered": at_the_provider("succeed", "silence"),
    "done when the process was dead already": at_the_provider("succeed", "do it when the client is gone"),
    "answered, not recorded": answered_but_not_recorded,
    "while the provider is asked again, by a driver and by the jobs": while_asked_again,
}


@pytest.mark.parametrize("point", POINTS)
def test_nothing_is_lost(web, served_provider, note, point):
    provider = served_provider
    drivers = Drivers(web=web, provider=provider)
    POINTS[point](web, provider, drivers)
    if not web.is_up:
        web.start()
    done = drivers.come_back()

    books = provider.books()
    assert done == {driver.name: True for driver in drivers.all}
    assert web.unsettled() == []
    assert differences(ours=web.movements(), theirs=their_movements(books)) == []
    assert books["misuses"] == []
    for driver in drivers.all:
        kept = kept_minor(books, booking_id=driver.booking_id)
        assert kept == driver.wanted_minor, driver.name
        note(point=point, operation=driver.name, kept_minor=kept)


def test_the_webhook_tells_the_provider_what_it_did_with_an_event(web, served_provider):
    """Forged and stale: refused. Nobody's: told again later. Known and new: applied, and then known."""
    provider = served_provider
    assert provider.events() == []
    provider.charge(key="nobody's", booking_id="", amount_minor=100, currency="INR")
    [event] = provider.events()
    assert provider.deliver(url=web.webhook, forged=True) == [400]
    assert provider.deliver(url=web.webhook, age_seconds=301) == [400]
    assert provider.deliver(url=web.webhook) == [404]
    assert provider.events() != []
    provider.acknowledge(number=event["number"])

    booking = web.post("booking/create/", vehicle_number="KA99", owner_name="Asha Rao", zone_id=2, hours=1).body
    provider.fail("charge", outcome="need another step")
    waiting = web.post("booking/payment/", booking_id=booking["booking_id"], payment_gateway_data={})
    assert (waiting.status, waiting.body["next_action"]["type"]) == (202, "redirect")
    assert provider.deliver(url=web.webhook) == [200]
    provider.settle("charge", waiting.body["payment_id"], outcome="succeed")
    assert provider.deliver(url=web.webhook, times=3) == [200, 200, 200]
    assert web.site.get(f"api/booking/{booking['booking_id']}/").body["status"] == "PAID"
