"""The load: so many clients, each of which sends its next request as soon as it has the last answer.

One thread over raw sockets, with requests that are bytes before the clock starts: about 20 us of processor time for
a request, which is measured and reported too.
"""

from __future__ import annotations

import gc
import re
import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ANSWER_SECONDS: Final = 30
_READ_BYTES: Final = 65_536


@dataclass(slots=True, kw_only=True)
class Load:
    """What came of it; times in seconds. What happened while it warmed up is not counted, except in `statuses`."""

    seconds: float
    latencies: list[float]
    statuses: dict[int, int]
    first_refusal: str
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    """Of each probe, and of the load itself as `load`, over `seconds`."""

    @property
    def answered(self) -> int:
        return len(self.latencies)


class _Client:
    """One connection that is kept alive, with the answer it is receiving."""

    def __init__(self, *, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self.received = b""
        self.wanted = 0

    def send(self, request: bytes) -> None:
        self.received, self.wanted = b"", 0
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take in what has come. Returns whether the answer is whole."""
        chunk = self.socket.recv(_READ_BYTES)
        if not chunk:
            raise ConnectionError("the server closed a connection")
        self.received += chunk
        if not self.wanted:
            end = self.received.find(b"\r\n\r\n")
            length = _LENGTH.search(self.received, 0, end) if end > 0 else None
            if length is None:
                return False
            self.wanted = end + 4 + int(length[1])
        return len(self.received) >= self.wanted

    @property
    def status(self) -> int:
        return int(self.received[9:12])


class Asker:
    """One client that is told each request."""

    def __init__(self, *, port: int) -> None:
        self._client = _Client(port=port)

    def ask(self, request: bytes) -> int:
        """Send it and wait for the answer. Returns its status."""
        self._client.send(request)
        while not self._client.receive():
            pass
        return self._client.status

    def close(self) -> None:
        self._client.socket.close()


def drive(
    *,
    port: int,
    requests: Sequence[bytes],
    clients: int,
    seconds: float,
    warm_seconds: float = 0.0,
    expected: int = 200,
    probes: dict[str, Callable[[], float]] | None = None,
) -> Load:
    """Send the requests in order until the time is over or none is left. Each probe tells processor seconds.

    Every answer is awaited. Raises ConnectionError if the server closes a connection, TimeoutError if it is silent.
    """
    probes = dict(probes or {}) | {"load": time.process_time}
    connections = [_Client(port=port) for _ in range(clients)]
    by_fd = {client.socket.fileno(): client for client in connections}
    poll = select.epoll()
    for fd in by_fd:
        poll.register(fd, select.EPOLLIN)
    gc.collect()
    gc.disable()
    try:
        return _drive(poll, by_fd, iter(requests), seconds, warm_seconds, expected, probes)
    finally:
        gc.enable()
        poll.close()
        for client in connections:
            client.socket.close()


def _drive(
    poll: select.epoll,
    by_fd: dict[int, _Client],
    queue: Iterator[bytes],
    seconds: float,
    warm_seconds: float,
    expected: int,
    probes: dict[str, Callable[[], float]],
) -> Load:
    load = Load(seconds=1e-9, latencies=[], statuses={}, first_refusal="")
    begins = time.perf_counter() + warm_seconds
    ends = begins + seconds
    counted_from = 0.0 if warm_seconds else begins
    before = {name: probe() for name, probe in probes.items()}
    waiting = sum(_send_next(client, queue) for client in by_fd.values())
    last = begins
    while waiting:
        events = poll.poll(_ANSWER_SECONDS)
        if not events:
            raise TimeoutError(f"no answer within {_ANSWER_SECONDS} seconds")
        for fd, _ in events:
            client = by_fd[fd]
            if not client.receive():
                continue
            now = time.perf_counter()
            if counted_from and now <= ends:
                load.latencies.append(now - client.sent_at)
                last = now
            _note(load, client, expected)
            waiting -= 1
            if now < ends:
                waiting += _send_next(client, queue)
        now = time.perf_counter()
        if not counted_from and now >= begins:
            counted_from, before = now, {name: probe() for name, probe in probes.items()}
        if now >= ends and not load.cpu_seconds:
            load.cpu_seconds = {name: probe() - before[name] for name, probe in probes.items()}
    if counted_from:
        load.cpu_seconds = load.cpu_seconds or {name: probe() - before[name] for name, probe in probes.items()}
        load.seconds = max(1e-9, last - counted_from)
    return load


def _send_next(client: _Client, queue: Iterator[bytes]) -> int:
    """Returns how many requests it sent: one, or none if none is left."""
    request = next(queue, None)
    if request is None:
        return 0
    client.send(request)
    return 1


def _note(load: Load, client: _Client, expected: int) -> None:
    status = client.status
    load.statuses[status] = load.statuses.get(status, 0) + 1
    if status != expected and not load.first_refusal:
        load.first_refusal = client.received.partition(b"\r\n\r\n")[2][:300].decode(errors="replace")
