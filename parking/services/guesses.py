"""How often somebody may guess: an exact limit over all processes, because all count in one row.

Only what guesses is counted: unknown codes and ids, and keys that are not valid. Who makes no mistakes is never
slowed down (DESIGN section 7).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from parking.db.exchange import Statement, exchange
from parking.db.transactions import use_case
from parking.domain.errors import TooManyGuesses
from parking.models import GuessCount

LIMIT: Final = 20
"""Wrong guesses that are answered within one window; the next are refused unread."""
WINDOW: Final = timedelta(minutes=5)
_USED_UP: Final = "SELECT 1 FROM parking_guesscount WHERE source = %s AND window_starts_at = %s AND count >= %s"


def require_room(*, source: str, now: datetime) -> None:
    """Raise TooManyGuesses while `source` has used up its guesses."""
    window = connection.ops.adapt_datetimefield_value(_window(now=now))
    [used_up] = exchange(Statement(_USED_UP, [source, window, LIMIT]))
    if used_up:
        raise _refusal(now=now)


def count(*, source: str, now: datetime) -> None:
    """Count one wrong guess. Raises TooManyGuesses if it is one too many: then it must not be answered."""
    with use_case(), connection.cursor() as cursor:
        # One statement, so that two processes cannot both be the last that is allowed.
        cursor.execute(
            f"INSERT INTO {GuessCount._meta.db_table} (source, window_starts_at, count) VALUES (%s, %s, 1)"  # noqa: S608
            " ON CONFLICT (source, window_starts_at) DO UPDATE SET count = "
            f"{GuessCount._meta.db_table}.count + 1 RETURNING count",
            [source, connection.ops.adapt_datetimefield_value(_window(now=now))],
        )
        (counted,) = cursor.fetchone()
    if counted > LIMIT:
        raise _refusal(now=now)


def forget(*, now: datetime) -> int:
    """Delete windows that are over. Returns how many there were."""
    deleted, _ = GuessCount.objects.filter(window_starts_at__lt=_window(now=now)).delete()
    return deleted


def _window(*, now: datetime) -> datetime:
    seconds = int(now.timestamp())
    return datetime.fromtimestamp(seconds - seconds % int(WINDOW.total_seconds()), tz=now.tzinfo)


def _refusal(*, now: datetime) -> TooManyGuesses:
    ends_at = _window(now=now) + WINDOW
    return TooManyGuesses(details={"retry_after_seconds": max(1, int((ends_at - now).total_seconds()) + 1)})
