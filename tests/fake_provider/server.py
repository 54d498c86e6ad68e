"""The provider's HTTP side: what a client asks for, and below `/_control/` what a test tells it to do.

A fault has two halves. `outcome`, what is done: succeed, succeed twice, decline, wait, need another step, nothing.
`manner`, how it is answered: properly, not at all, by an error 500 or 503, by rubbish, or only when told to.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from tests.fake_provider.ledger import CHARGE, REFUND, Ledger
from tests.fake_provider.signing import HEADER, signature

_HOST: Final = "127.0.0.1"
_PAGE: Final = 50
_LONGEST_HOLD_SECONDS: Final = 60
_WEBHOOK_SECONDS: Final = 30
_SUBJECTS: Final = {"charges": CHARGE, "refunds": REFUND}

Json = dict[str, Any]


@dataclass(kw_only=True)
class Fault:
    """What the next `times` calls of an operation meet; -1 times is until told otherwise."""

    operation: str
    outcome: str = "succeed"
    manner: str = "answer"
    times: int = 1
    booking_id: str = ""

    def meets(self, *, operation: str, booking_id: str) -> bool:
        return self.times != 0 and self.operation in ("", operation) and self.booking_id in ("", booking_id)


@dataclass(kw_only=True)
class Provider:
    """What all requests share."""

    ledger: Ledger
    secret: str
    faults: list[Fault] = field(default_factory=list)
    frozen_at: datetime | None = None
    ahead: timedelta = timedelta(0)
    held: int = 0
    let_go: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    @property
    def now(self) -> datetime:
        return self.frozen_at or datetime.now(UTC) + self.ahead

    def fault(self, *, operation: str, booking_id: str) -> Fault:
        """The newest that fits, used up by one; a call that meets none succeeds."""
        with self.lock:
            for fault in reversed(self.faults):
                if fault.meets(operation=operation, booking_id=booking_id):
                    fault.times -= 1 if fault.times > 0 else 0
                    return fault
        return Fault(operation=operation)

    def hold(self, *, wait: Callable[[], object]) -> None:
        with self.lock:
            self.held += 1
        try:
            wait()
        finally:
            with self.lock:
                self.held -= 1

    def signed_event(self, *, event: Json, forged: bool = False, age_seconds: int = 0) -> Json:
        body: str = event["body"]
        timestamp = int(self.now.timestamp()) - age_seconds
        secret = f"not {self.secret}" if forged else self.secret
        headers = {HEADER: signature(secret=secret, timestamp=timestamp, body=body.encode())}
        return {"number": event["number"], "headers": headers, "body": body}


class Handler(BaseHTTPRequestHandler):
    """One request. The control API is never faulty."""

    server: ProviderServer
    timeout = _LONGEST_HOLD_SECONDS

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        parts = address.path.strip("/").split("/")
        if parts[0] == "_control":
            self._control(name=parts[1], told={})
        elif parts[0] == "ledger":
            self._answer_ledger(query={name: values[0] for name, values in parse_qs(address.query).items()})
        else:
            subject = _SUBJECTS[parts[0]]
            known = self.server.provider.ledger.find(subject=subject, key=parts[1])
            fault = self._fault(operation=f"{subject} look-up", booking_id=_booking_of(known))
            if fault.manner == "answer" and known is None:
                self._answer({"error": "never received"}, status=404)
            else:
                self._answer_in_manner(fault=fault, result=known)

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        parts = self.path.strip("/").split("/")
        if parts[0] == "_control":
            self._control(name=parts[1], told=told)
            return
        provider, subject = self.server.provider, _SUBJECTS[parts[0]]
        fault = self._fault(operation=subject, booking_id=told["booking_id"] if subject == CHARGE else "")
        if fault.manner == "do it when the client is gone":
            self._wait_until_the_client_is_gone()
        result = None
        if fault.outcome != "nothing":
            result = provider.ledger.decide(subject=subject, asked=told, outcome=fault.outcome, now=provider.now)
            if result is None:
                self._answer({"error": "this key was used for something else"}, status=422)
                return
        self._answer_in_manner(fault=fault, result=result)

    def _fault(self, *, operation: str, booking_id: str) -> Fault:
        return self.server.provider.fault(operation=operation, booking_id=booking_id)

    def _answer_in_manner(self, *, fault: Fault, result: Json | None) -> None:
        match fault.manner:
            case "answer" if result is not None:
                self._answer(_public(result))
            case "silence":
                self._wait_until_the_client_is_gone()
            case "rubbish":
                self._answer_raw(b'{"status": ', status=200)
            case "unavailable":
                self._answer({"error": "unavailable"}, status=503)
            case "hold" if result is not None:
                self.server.provider.hold(wait=lambda: self.server.provider.let_go.wait(_LONGEST_HOLD_SECONDS))
                with suppress(OSError):
                    self._answer(_public(result))
            case "do it when the client is gone":
                pass
            case _:
                self._answer({"error": "internal error"}, status=500)

    def _wait_until_the_client_is_gone(self) -> None:
        self.close_connection = True

        def wait() -> None:
            with suppress(OSError):
                self.connection.recv(1)

        self.server.provider.hold(wait=wait)

    def _answer_ledger(self, *, query: dict[str, str]) -> None:
        """A page at a time, as real providers do."""
        rows = self.server.provider.ledger.movements(
            since=query["since"], until=query["until"], after=int(query.get("after", "0")), limit=_PAGE
        )
        self._answer({"entries": rows, "has_more": len(rows) == _PAGE})

    def _control(self, *, name: str, told: Json) -> None:
        self._answer(getattr(Control(self.server.provider), name)(**told) or {})

    def _answer(self, body: Json, *, status: int = 200) -> None:
        self._answer_raw(json.dumps(body).encode(), status=status)

    def _answer_raw(self, body: bytes, *, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """It is quiet; its books tell everything."""


class ProviderServer(ThreadingHTTPServer):
    daemon_threads = True
    provider: Provider


def serve(*, provider: Provider, port: int) -> ProviderServer:
    server = ProviderServer((_HOST, port), Handler)
    server.provider = provider
    return server


class Control:
    """What a test may tell the provider: each method is an address below `/_control/`."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._ledger = provider.ledger

    def reset(self) -> None:
        self._provider.faults.clear()
        self._provider.let_go.clear()
        self._ledger.reset()

    def fault(self, **fault: Any) -> None:
        self._provider.faults.append(Fault(**fault))

    def behave(self) -> None:
        """No more faults, and whoever is held is answered."""
        self._provider.faults.clear()
        self._provider.let_go.set()

    def held(self) -> Json:
        return {"held": self._provider.held}

    def clock(self, *, now: str = "", ahead_seconds: float = 0) -> None:
        self._provider.frozen_at = datetime.fromisoformat(now) if now else None
        self._provider.ahead = timedelta(seconds=ahead_seconds)

    def settle(self, *, subject: str, key: str, outcome: str) -> None:
        self._ledger.settle(subject=subject, key=key, outcome=outcome, now=self._provider.now)

    def charge(self, *, key: str, booking_id: str, amount_minor: int, currency: str) -> None:
        """A charge that no client asked for, as from the provider's own desk."""
        asked = {"key": key, "booking_id": booking_id, "amount_minor": amount_minor, "currency": currency}
        self._ledger.decide(subject=CHARGE, asked=asked, outcome="succeed", now=self._provider.now)

    def books(self) -> Json:
        everything = self._ledger.movements(since="", until="9999", after=0, limit=1_000_000)
        return {"movements": everything, "requests": self._ledger.requests(), "misuses": self._ledger.misuses()}

    def events(self, *, forged: bool = False, age_seconds: int = 0) -> Json:
        """The events that nobody has acknowledged, signed now."""
        outstanding = self._ledger.outstanding_events()
        return {
            "events": [
                self._provider.signed_event(event=event, forged=forged, age_seconds=age_seconds)
                for event in outstanding
            ]
        }

    def acknowledge(self, *, number: int) -> None:
        self._ledger.acknowledge(number=number)

    def deliver(self, *, url: str, forged: bool = False, age_seconds: int = 0, times: int = 1) -> Json:
        """Send what is outstanding to a webhook, each `times` times; what is answered 2xx is acknowledged."""
        events = self.events(forged=forged, age_seconds=age_seconds)["events"]
        return {"statuses": [self._send(url=url, event=event) for event in events for _ in range(times)]}

    def _send(self, *, url: str, event: Json) -> int:
        address = urlsplit(url)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=_WEBHOOK_SECONDS)
        try:
            headers = {"Content-Type": "application/json", **event["headers"]}
            connection.request("POST", address.path, event["body"], headers)
            status = connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()
        if 200 <= status < 300:
            self.acknowledge(number=event["number"])
        return status


def _public(row: Json) -> Json:
    return {name: row[name] for name in ("key", "status", "reference", "code", "next_action")}


def _booking_of(row: Json | None) -> str:
    return json.loads(row["terms"]).get("booking_id", "") if row else ""
