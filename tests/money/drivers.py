"""Five drivers of the served garage, each about to move money in one of the five ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from itertools import count
from typing import Any, Final

from tests.fake_provider.process import FakeProvider
from tests.money.web import WebProcess

HOUR_MINOR: Final = 3000
_PLATES: Final = count(1)
_PATIENCE_SECONDS: Final = 60
_PAUSES_SECONDS: Final = (0, 61, 61, 61)
"""First nobody waits; then until leases are over and refunds are due, within the hold of five minutes."""


@dataclass(frozen=True, kw_only=True)
class Driver:
    """`act` is the request that is under way when the process is killed; `is_done` may ask for more."""

    name: str
    booking_id: str
    act: Callable[[], Any]
    is_done: Callable[[], bool]
    wanted_minor: int
    """What the provider must have kept for the booking in the end."""


class Drivers:
    def __init__(self, *, web: WebProcess, provider: FakeProvider) -> None:
        self._web = web
        self._provider = provider
        self.zone_id = next(
            zone["id"] for zone in web.site.get("api/zones/").body["zones"] if zone["name"] == "Zone B - Standard"
        )
        additional = self._wants_out_late()
        self.all = [additional, self._pays(), self._cancels(), self._leaves_early(), self._paid_too_late()]

    def act_at_once(self) -> list[Future[Any]]:
        threads = ThreadPoolExecutor(len(self.all))
        requests = [threads.submit(driver.act) for driver in self.all]
        threads.shutdown(wait=False)
        return requests

    def wait_for(self, requests: list[Future[Any]]) -> None:
        """With an answer, or without one because the process is dead."""
        for request in requests:
            with suppress(OSError, HTTPException):
                request.result(timeout=_PATIENCE_SECONDS)

    def come_back(self) -> dict[str, bool]:
        """Each tries until it is done, while time passes and jobs run; returns who got there."""
        web = self._web
        done: dict[str, bool] = {}
        for seconds in _PAUSES_SECONDS:
            if seconds:
                web.let_time_pass(seconds=seconds)
                web.manage("run_parking_jobs", "--once")
            self._provider.deliver(url=web.webhook, times=2)
            for driver in self.all:
                driver.act()
            self._provider.deliver(url=web.webhook, times=2)
            done = {driver.name: driver.is_done() for driver in self.all}
            if all(done.values()) and not web.unsettled():
                break
        return done

    def _book(self, *, hours: int = 1, paid: bool = True, inside: bool = False) -> Mapping[str, Any]:
        booking = self._ok(
            "booking/create/",
            vehicle_number=f"KA{next(_PLATES):04}",
            owner_name="Asha Rao",
            zone_id=self.zone_id,
            hours=hours,
        )
        if paid:
            self._ok("booking/payment/", booking_id=booking["booking_id"], payment_gateway_data={})
        if inside:
            entry = self._ok("scan/entry/", qr_code=booking["qr_code"], scanner_device_id="ENTRY_GATE_01")
            booking = {**booking, "session_id": entry["session_id"]}
        return booking

    def _wants_out_late(self) -> Driver:
        booking = self._book(inside=True)
        self._web.let_time_pass(seconds=120 * 60)
        assert self._exit(booking).status == 402
        pay = {"session_id": booking["session_id"], "payment_gateway_data": {}}
        return Driver(
            name="additional payment",
            booking_id=booking["booking_id"],
            act=lambda: self._web.post("payment/additional/", **pay),
            is_done=lambda: self._has_left(booking),
            wanted_minor=2 * HOUR_MINOR,
        )

    def _pays(self) -> Driver:
        booking_id = self._book(paid=False)["booking_id"]
        return Driver(
            name="booking payment",
            booking_id=booking_id,
            act=lambda: self._web.post("booking/payment/", booking_id=booking_id, payment_gateway_data={}),
            is_done=lambda: self._status(booking_id) == "PAID",
            wanted_minor=HOUR_MINOR,
        )

    def _cancels(self) -> Driver:
        booking_id = self._book()["booking_id"]
        return Driver(
            name="cancellation refund",
            booking_id=booking_id,
            act=lambda: self._web.post("booking/cancel/", booking_id=booking_id),
            is_done=lambda: self._status(booking_id) == "CANCELLED",
            wanted_minor=0,
        )

    def _leaves_early(self) -> Driver:
        booking = self._book(hours=3, inside=True)
        return Driver(
            name="unused-time refund",
            booking_id=booking["booking_id"],
            act=lambda: self._exit(booking),
            is_done=lambda: self._has_left(booking),
            wanted_minor=HOUR_MINOR,
        )

    def _paid_too_late(self) -> Driver:
        """Cancelled while the charge was pending; the provider's event tells that it was captured after all."""
        web, provider = self._web, self._provider
        booking_id = self._book(paid=False)["booking_id"]
        provider.fail("charge", outcome="need another step", booking_id=booking_id)
        payment = web.post("booking/payment/", booking_id=booking_id, payment_gateway_data={})
        assert payment.status == 202, payment
        self._ok("booking/cancel/", booking_id=booking_id)
        provider.deliver(url=web.webhook)
        provider.settle("charge", payment.body["payment_id"], outcome="succeed")
        return Driver(
            name="surplus refund",
            booking_id=booking_id,
            act=lambda: provider.deliver(url=web.webhook),
            is_done=lambda: provider.events() == [],
            wanted_minor=0,
        )

    def _exit(self, booking: Mapping[str, Any]) -> Any:
        return self._web.post("scan/exit/", qr_code=booking["qr_code"], scanner_device_id="EXIT_GATE_01")

    def _has_left(self, booking: Mapping[str, Any]) -> bool:
        """Perhaps just now."""
        return "already_exited" in [self._exit(booking).body.get("code") for _ in range(2)]

    def _status(self, booking_id: str) -> str:
        return str(self._web.site.get(f"api/booking/{booking_id}/").body["status"])

    def _ok(self, path: str, **body: object) -> dict[str, Any]:
        answer = self._web.post(path, **body)
        assert answer.status in (200, 201), answer
        return answer.body
