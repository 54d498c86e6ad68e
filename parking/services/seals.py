"""Sealing the append-only logs, in batches, never on the gate's path (promise I21)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from parking.db.horizon import complete_until
from parking.db.locks import lock_log_for_sealing
from parking.db.transactions import use_case
from parking.models import LogSeal
from parking.queries.sealed_logs import LOGS, link_of

MAX_ROWS: Final = 10_000
"""Rows of one seal at most: as much as has to be read again to check one."""


def seal_logs(*, now: datetime) -> int:
    """Seal all rows of every log that are complete and not sealed yet. Returns how many seals were made.

    Safe in several processes at once, and after a crash anywhere: a seal is one row in one transaction.
    """
    made = 0
    for log, sealed in LOGS.items():
        until = complete_until(model=sealed.model)
        while until is not None and _seal_next(log=log, until=until, now=now):
            made += 1
    return made


def _seal_next(*, log: str, until: int, now: datetime) -> bool:
    with use_case():
        lock_log_for_sealing(log=log)
        newest = LogSeal.objects.filter(log=log).order_by("-first_id").first()
        after_id, previous_digest = (newest.last_id, newest.digest) if newest else (0, "")
        unsealed = LOGS[log].model._default_manager.filter(pk__gt=after_id, pk__lte=until).order_by("pk")
        last_id = max(unsealed.values_list("pk", flat=True)[:MAX_ROWS], default=None)
        if last_id is None:
            return False
        link = link_of(log=log, previous_digest=previous_digest, after_id=after_id, last_id=last_id)
        LogSeal.objects.create(
            log=log,
            first_id=after_id + 1,
            last_id=last_id,
            row_count=link.row_count,
            digest=link.digest,
            sealed_at=now,
        )
    return True
