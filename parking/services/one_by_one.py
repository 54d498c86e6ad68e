"""Rows that a job works through, so that one which cannot be dealt with keeps no other waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

import structlog

from parking.domain.errors import ParkingError

log = structlog.get_logger(__name__)


def one_by_one(*, ids: Iterable[UUID], deal_with: Callable[[UUID], bool], what: str) -> int:
    """Deal with each row; returns for how many that was so. One that fails stays due, and is told of in the log.

    What was committed before is thus answered as done, whatever goes wrong with what follows from it.
    """
    done = 0
    for row_id in ids:
        try:
            done += deal_with(row_id)
        except ParkingError as error:
            log.info("job_row_waits", what=what, id=str(row_id), code=error.code)
        except Exception:
            log.exception("job_row_failed", what=what, id=str(row_id))
    return done
