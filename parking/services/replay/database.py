"""A database of its own for a replay: nothing of the configured one is read or written.

All our code speaks to the connection that Django keeps for this thread under the name "default". For the length of
a replay that name stands for another connection, with settings of its own; afterwards it stands again for the
connection that it stood for before, which nobody has used meanwhile. The alternatives are weaker: a second alias
would have to be handed to every query of every use case, and a child process with another DATABASE_URL would have
to hand its answers, its errors and its progress back through a pipe.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import dj_database_url
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.utils import ConnectionHandler

from parking.models import ParkingBooking

_ENGINES: Final = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}


class UnusableDatabaseError(Exception):
    """A replay cannot run there; the text says why, and what to do."""


@contextmanager
def temporary_file() -> Iterator[dict[str, Any]]:
    """The settings of an SQLite database that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="parking-replay-") as folder:
        yield _sqlite(path=Path(folder) / "replay.sqlite3")


def kept_file(*, path: Path) -> dict[str, Any]:
    """The settings of a new SQLite database at `path`, which stays. Raises UnusableDatabaseError."""
    if path.exists():
        raise UnusableDatabaseError(f"{path} exists already. Name a file that does not.")
    if not path.parent.is_dir():
        raise UnusableDatabaseError(f"{path.parent} is no folder. Make it first.")
    return _sqlite(path=path.resolve())


def given(*, url: str) -> dict[str, Any]:
    """The settings of the database at `url`, written as DATABASE_URL is. Raises UnusableDatabaseError."""
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError:
        config = {"ENGINE": "", "NAME": ""}
    if config["ENGINE"] not in _ENGINES or config["NAME"] in {"", ":memory:"}:
        raise UnusableDatabaseError("The database URL must be sqlite:///PATH or postgres://USER@HOST/NAME.")
    if config["ENGINE"].endswith("sqlite3"):
        config = _sqlite(path=settings.BASE_DIR / config["NAME"])
        if not config["NAME"].parent.is_dir():
            raise UnusableDatabaseError(f"{config['NAME'].parent} is no folder. Make it first.")
    if _place(config=config) == _place(config=connections[DEFAULT_DB_ALIAS].settings_dict):
        raise UnusableDatabaseError("This is the configured database. A replay needs another, with nothing in it.")
    return config


@contextmanager
def replay_database(*, config: dict[str, Any]) -> Iterator[None]:
    """All queries of this thread go to that database, which gets its tables; see the top of this file.

    Raises UnusableDatabaseError if it cannot be reached, or holds bookings or somebody else's tables.
    """
    configured = connections[DEFAULT_DB_ALIAS]
    own = ConnectionHandler({DEFAULT_DB_ALIAS: config})[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = own
    try:
        _make_tables()
        yield
    finally:
        own.close()
        connections[DEFAULT_DB_ALIAS] = configured
        ContentType.objects.clear_cache()  # the one thing that Django remembers of a database by its alias


def _make_tables() -> None:
    own = connections[DEFAULT_DB_ALIAS]
    try:
        tables = own.introspection.table_names()
    except DatabaseError as error:
        raise UnusableDatabaseError(f"The database for the replay cannot be opened: {error}") from error
    if tables:
        if ParkingBooking._meta.db_table not in tables:
            raise UnusableDatabaseError("The database for the replay holds other tables. Give an empty one.")
        if ParkingBooking.objects.exists():
            raise UnusableDatabaseError("The database for the replay holds bookings. Give an empty one.")
    call_command("migrate", database=DEFAULT_DB_ALIAS, interactive=False, verbosity=0)


def _sqlite(*, path: Path) -> dict[str, Any]:
    """Written by one connection, once: what a power cut would lose is replayed again."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;",
        },
    }


def _place(*, config: dict[str, Any]) -> tuple[str, ...]:
    """What makes two settings name the same database."""
    if config["ENGINE"].endswith("sqlite3"):
        return (str(Path(config["NAME"]).resolve()),)
    host, port = config.get("HOST") or "localhost", config.get("PORT") or 5432
    return str(host), str(port), str(config["NAME"])
