"""A network between a browser and the server that can be cut. Playwright's own way to go offline cuts off pages only,
and their service workers go on as if nothing had happened."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

_HOST: Final = "127.0.0.1"
_PIECE: Final = 65536


class Cable:
    """Carries connections from `url` to the server's port until it is cut: then all break, and new ones are refused."""

    def __init__(self, *, to_port: int) -> None:
        self._to_port = to_port
        self._ends: list[socket.socket] = []
        self._socket = socket.create_server((_HOST, 0))
        self.url = f"http://{_HOST}:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        for end in (self._socket, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):  # when it is cut
            while True:
                near, _ = self._socket.accept()
                far = socket.create_connection((_HOST, self._to_port))
                self._ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=(one, other), daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(_PIECE):
            other.sendall(piece)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)


@contextmanager
def cable(*, to_port: int) -> Iterator[Cable]:
    laid = Cable(to_port=to_port)
    try:
        yield laid
    finally:
        laid.cut()
