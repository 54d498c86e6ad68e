"""The hot paths: what is measured, from which state, and the bytes of its requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from benchmarks import names
from benchmarks.city import City
from benchmarks.live import STANDING_SHARE, work_of
from benchmarks.stays import Place, Stage

_READS: Final = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """`stage` is what the stays have come to before it (None: there are none); `expected` the status of success.

    `must_*` and `goal_*` are the budgets at 32 clients on PostgreSQL: the least part of what the database can do in
    one call, and the least multiple of the plain way.
    """

    name: str
    title: str
    stage: Stage | None
    expected: int
    must_ceiling: float
    goal_ceiling: float
    must_plain: float
    goal_plain: float
    requests: Callable[[City], list[bytes]]

    @property
    def uses_up(self) -> bool:
        """Whether each request takes one of the stays that were laid."""
        return self.stage is not None


def post(*, path: str, body: dict[str, object], key: str | None = None) -> bytes:
    """A whole request; without a key it is a driver's."""
    payload = json.dumps(body).encode()
    authorization = f"Authorization: Bearer {key}\r\n" if key else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{authorization}"
        f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload


def get(*, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def booking_body(*, n: int, zone_id: int, known: int) -> dict[str, object]:
    """The nth booking: every second car is known, of those after the first `known`; the others are new."""
    plate = names.new_plate(number=n) if n % 2 else names.plate(number=known + n)
    return {"vehicle_number": plate, "owner_name": "A Driver", "zone_id": zone_id, "hours": 1}


def _create(city: City) -> list[bytes]:
    zones = city.zone_ids
    known = int(city.plan.cars * STANDING_SHARE)
    return [
        post(path="/parking/api/booking/create/", body=booking_body(n=n, zone_id=zones[n % len(zones)], known=known))
        for n in range(work_of(city=city))
    ]


def _pay(city: City) -> list[bytes]:
    return [
        post(
            path="/parking/api/booking/payment/",
            body={
                "booking_id": names.dashed(hexadecimal=names.booking_id(number=names.FIRST_LIVE + n)),
                "payment_gateway_data": {},
            },
        )
        for n in range(work_of(city=city))
    ]


def _scan(path: str, gate_of: Callable[[Place], tuple[int, str]]) -> Callable[[City], list[bytes]]:
    def requests(city: City) -> list[bytes]:
        standing = int(city.plan.slots * STANDING_SHARE)
        made = []
        for n in range(work_of(city=city)):
            gate = gate_of(city.places[standing + n])[1]
            code = names.qr_code(number=names.FIRST_LIVE + n)
            body: dict[str, object] = {"qr_code": code, "scanner_device_id": gate, "scan_id": f"scan-{n}"}
            made.append(post(path=path, body=body, key=city.keys[gate]))
        return made

    return requests


def _zone_status(city: City) -> list[bytes]:
    zones = city.zone_ids
    return [get(path=f"/parking/api/zone/{zones[n % len(zones)]}/status/") for n in range(_READS)]


def _zones(city: City) -> list[bytes]:
    return [get(path="/parking/api/zones/")] * _READS


def _path(
    name: str, title: str, stage: Stage | None, expected: int, budget: str, requests: Callable[[City], list[bytes]]
) -> Path:
    must_ceiling, goal_ceiling, must_plain, goal_plain = map(float, budget.split())
    return Path(
        name=name,
        title=title,
        stage=stage,
        expected=expected,
        must_ceiling=must_ceiling,
        goal_ceiling=goal_ceiling,
        must_plain=must_plain,
        goal_plain=goal_plain,
        requests=requests,
    )


PATHS: Final = (
    _path("create", "create booking", None, 201, "0.3 0.5 3 4", _create),
    _path("pay", "pay", Stage.BOOKED, 200, "0.3 0.4 3 4", _pay),
    _path(
        "entry",
        "entry scan",
        Stage.PAID,
        200,
        "0.35 0.5 5 7",
        _scan("/parking/api/scan/entry/", lambda p: p.entry_gate),
    ),
    _path(
        "exit", "exit scan", Stage.INSIDE, 200, "0.35 0.5 4 6", _scan("/parking/api/scan/exit/", lambda p: p.exit_gate)
    ),
    _path("zone_status", "zone status", None, 200, "0.4 0.6 6 8", _zone_status),
    _path("zones", "zones", None, 200, "0.4 0.6 6 8", _zones),
)
MUST_SPREAD: Final = 3.0
"""p99 is at most so many times p50."""
