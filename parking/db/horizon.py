"""Up to where a log is complete: rows get their ids before they are committed, so the newest id says little."""

from __future__ import annotations

import time
from typing import Any, Final

from django.db import connection
from django.db.models import Max, Model

_LONGEST_WAIT_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.1
# Other transactions that had begun when the first snapshot was taken, and have not ended.
_STILL_WRITING: Final = "SELECT count(*) FROM pg_snapshot_xip(pg_current_snapshot()) xid WHERE xid < %s::xid8"


def complete_until(*, model: type[Model]) -> int | None:
    """The highest id below which no row can appear any more; None for none, or if one is being written too long.

    On PostgreSQL: whoever may hold a lower id has begun before we looked, so wait until all who had begun have
    ended. On SQLite there is one writer, and what is visible is complete.
    """
    newest: int | None = model._default_manager.aggregate(newest=Max("pk"))["newest"]
    if newest is None or connection.vendor != "postgresql":
        return newest
    # A writer takes its id a moment before its transaction gets the number that is waited for.
    time.sleep(_PAUSE_SECONDS)
    begun = _one("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
    deadline = time.monotonic() + _LONGEST_WAIT_SECONDS
    while _one(_STILL_WRITING, begun):
        if time.monotonic() > deadline:
            return None
        time.sleep(_PAUSE_SECONDS)
    return newest


def _one(statement: str, *values: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        (value,) = cursor.fetchone()
    return value
