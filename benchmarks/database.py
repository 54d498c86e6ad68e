"""The databases to measure: a PostgreSQL server with full durability, or a file of SQLite. On disk, never in memory."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import django
import psycopg
from django.core.management import call_command
from django.db import connection

from benchmarks import processes
from tests.plugins.postgres import TemporaryPostgres

POSTGRES_SETTINGS: Final = {
    "listen_addresses": "",
    "max_connections": "200",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "1GB",
    # Neither a checkpoint nor a vacuum falls into one measurement and not into the next.
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A server, in which a city has a database of its own. `server_pid` is None for SQLite, which has no process."""

    kind: str
    folder: Path
    base: str
    server_pid: int | None

    def url(self, *, name: str = "city") -> str:
        if self.kind == "sqlite":
            return f"sqlite:///{self.folder}/{name}.sqlite3"
        return f"{self.base}/{name}"

    def new(self, *, name: str) -> None:
        """Make an empty database with the schema, and let Django's connection lead to it."""
        if self.kind == "postgres":
            with psycopg.connect(f"{self.base}/postgres", autocommit=True) as server:
                server.execute(f'CREATE DATABASE "{name}"')
        self.use(name=name)
        call_command("migrate", verbosity=0)

    def use(self, *, name: str) -> None:
        """Let Django's connection lead to the database of that name."""
        connection.close()
        connection.settings_dict["NAME"] = name if self.kind == "postgres" else self.folder / f"{name}.sqlite3"

    def cpu_seconds(self) -> float:
        return 0.0 if self.server_pid is None else processes.cpu_seconds(pid=self.server_pid)

    @property
    def socket_folder(self) -> Path:
        """Where PostgreSQL listens."""
        return Path(unquote(urlsplit(self.base).hostname or ""))


@contextmanager
def database_server(*, kind: str) -> Iterator[Database]:
    """Start it, set Django up for it, and remove it with all its data at the end."""
    with tempfile.TemporaryDirectory(prefix="parking-bench-") as path:
        folder = Path(path)
        if kind == "sqlite":
            database = Database(kind=kind, folder=folder, base="", server_pid=None)
            _set_django_up(url=database.url(name="none"))
            yield database
            connection.close()
            return
        server = TemporaryPostgres(settings=POSTGRES_SETTINGS)
        try:
            server.start()
            base = server.url.rpartition("/")[0]
            with psycopg.connect(server.url) as one:
                postmaster = processes.parent_of(pid=one.info.backend_pid)
            _set_django_up(url=server.url)
            yield Database(kind=kind, folder=folder, base=base, server_pid=postmaster)
            connection.close()
        finally:
            server.stop()


def _set_django_up(*, url: str) -> None:
    os.environ["DATABASE_URL"] = url
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()


def free_bytes() -> int:
    """Of the disk on which the databases are made."""
    return shutil.disk_usage(tempfile.gettempdir()).free
