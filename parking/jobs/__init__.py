"""Background work: idempotent functions that are told the time. Booking and entry never wait for it to be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from parking.services.anonymity import anonymise_old
from parking.services.guesses import forget
from parking.services.idempotency import prune
from parking.services.payments import look_into_due
from parking.services.refunds import retry_due
from parking.services.seals import seal_logs
from parking.services.slots import lapse_everywhere

Job = Callable[..., int]

JOBS: Final[Mapping[str, Job]] = {
    "lapse holds and no-shows": lapse_everywhere,
    "look into payments": look_into_due,
    "retry refunds": retry_due,
    "seal the logs": seal_logs,
    "forget old guesses": forget,
    "forget old answers": prune,
    "forget who parked long ago": anonymise_old,
}


def run_all(*, now: datetime) -> dict[str, int]:
    """Run every job once. Returns how much each of them did."""
    return {name: job(now=now) for name, job in JOBS.items()}
