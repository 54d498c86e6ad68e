"""How many statements and round trips a request costs: counted between the web server and PostgreSQL.

A relay reads PostgreSQL's own protocol, so that nothing in the measured server changes and a pipeline is seen for
what it is: many statements, one round trip.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median_low
from typing import Final
from urllib.parse import quote

from benchmarks.load import Asker

_SOCKET: Final = ".s.PGSQL.5432"
_READ_BYTES: Final = 65_536
_HEAD: Final = 5  # a message's type, and its length, which counts itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one request. BEGIN and COMMIT are statements too."""

    statements: int
    round_trips: int
    texts: tuple[str, ...] = ()


@dataclass(slots=True)
class _Counts:
    """What all connections together have sent."""

    statements: int = 0
    round_trips: int = 0
    texts: list[str] = field(default_factory=list)


class _Reader:
    """Understands what one client sends."""

    def __init__(self, counts: _Counts) -> None:
        self._counts = counts
        self._pending = b""
        self._has_begun = False
        self._prepared: dict[bytes, str] = {}
        self._bound = ""

    def feed(self, data: bytes) -> None:
        self._pending += data
        if not self._has_begun:
            length = int.from_bytes(self._pending[:4])
            if len(self._pending) < max(4, length):
                return
            self._pending, self._has_begun = self._pending[length:], True
        while len(self._pending) >= _HEAD:
            end = 1 + int.from_bytes(self._pending[1:_HEAD])
            if len(self._pending) < end:
                return
            self._message(self._pending[:1], self._pending[_HEAD:end])
            self._pending = self._pending[end:]

    def _message(self, kind: bytes, body: bytes) -> None:
        counts = self._counts
        match kind:
            case b"P":
                name, text, _ = body.split(b"\0", 2)
                self._prepared[name] = text.decode()
            case b"B":
                self._bound = self._prepared.get(body.split(b"\0", 2)[1], "?")
            case b"E":
                counts.statements += 1
                counts.texts.append(self._bound)
            case b"Q":
                counts.statements += 1
                counts.round_trips += 1
                counts.texts.append(body.rstrip(b"\0").decode())
            case b"S" | b"H":  # now the client waits for the answers
                counts.round_trips += 1
            case _:
                pass


class Relay:
    """Stands between a web server and PostgreSQL, and counts."""

    def __init__(self, *, folder: Path, target: Path) -> None:
        self.counts = _Counts()
        self._target = str(target / _SOCKET)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / _SOCKET))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._target)
                threading.Thread(target=self._pass, args=(client, server, _Reader(self.counts)), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, None), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, reader: _Reader | None) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_READ_BYTES):
                if reader is not None:
                    reader.feed(data)
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def relaying(*, folder: Path, target: Path) -> Iterator[tuple[Relay, str]]:
    """A relay, and the beginning of the addresses of databases behind it."""
    folder.mkdir()
    relay = Relay(folder=folder, target=target)
    try:
        yield relay, f"postgres://postgres@{quote(str(folder), safe='')}:5432"
    finally:
        relay.close()


def cost_of(*, relay: Relay, port: int, requests: Sequence[bytes]) -> Cost:
    """The median over the requests, one after another: the first ones also prepare their statements."""
    costs = []
    asker = Asker(port=port)
    for request in requests:
        before = (relay.counts.statements, relay.counts.round_trips)
        relay.counts.texts.clear()
        asker.ask(request)
        statements, trips = relay.counts.statements - before[0], relay.counts.round_trips - before[1]
        costs.append((statements, trips))
    asker.close()
    return Cost(
        statements=median_low(statements for statements, _ in costs),
        round_trips=median_low(trips for _, trips in costs),
        texts=tuple(relay.counts.texts),
    )
