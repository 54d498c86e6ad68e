"""The real server as it is deployed, with a database of its own, and people who call it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql

_ROOT = Path(__file__).resolve().parents[2]
_HOST = "127.0.0.1"
_START_SECONDS = 90
_STOP_SECONDS = 20
_ANSWER_SECONDS = 60
_SET_UP = (("manage.py", "migrate"), ("manage.py", "setup_parking_system"))
_NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    body: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Site:
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self.port}"

    def get(self, path: str) -> Answer:
        return self._ask("GET", f"/parking/{path}")

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        return self._ask("POST", f"/parking/api/{path}", json.dumps(body))

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        connection = HTTPConnection(_HOST, self.port, timeout=_ANSWER_SECONDS)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return Answer(status=response.status, body=json.load(response))
        finally:
            connection.close()


@contextmanager
def served(
    *,
    url: str,
    folder: Path,
    prepare: Sequence[Sequence[str]] = _SET_UP,
    settings: Mapping[str, str] = _NO_SETTINGS,
) -> Iterator[Site]:
    """Prepared by these commands of Python, and served by `python -m config.serve` as in a deployment."""
    site = Site(port=_free_port(), log=folder / "server.log")
    inherited = {name: value for name, value in os.environ.items() if name != "SQLITE_SYNCHRONOUS"}
    environment = inherited | {"DATABASE_URL": url, "HOST": _HOST, "PORT": str(site.port)} | settings
    for command in prepare:
        subprocess.run([sys.executable, *command], cwd=_ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    with site.log.open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "config.serve"],
            cwd=_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # its workers are its group, which ends as one
        )
    try:
        _wait_until_it_answers(site=site, server=server)
        yield site
    finally:
        _end(server)


@contextmanager
def fresh_database(*, vendor: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database: a file, or one more in the server of the tests."""
    if vendor == "sqlite":
        yield f"sqlite:///{folder}/served.sqlite3"
        return
    server = os.environ["DATABASE_URL"]
    name = f"served_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as server:
        return server.getsockname()[1]


def _wait_until_it_answers(*, site: Site, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):
            if site.get("health/").status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(site.log.read_text())


def _end(server: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=_STOP_SECONDS)
        os.killpg(server.pid, signal.SIGKILL)  # whoever of the group is left
    server.wait()
