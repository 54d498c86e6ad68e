"""The audit trail: every use case that changes something leaves one row, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from parking.db import writing
from parking.db.transactions import require_transaction
from parking.domain.callers import Caller
from parking.models import AuditEvent


def record(
    *,
    action: str,
    caller: Caller,
    at: datetime,
    booking_id: UUID | None = None,
    data: Mapping[str, object] | None = None,
) -> None:
    require_transaction()
    writing.insert(AuditEvent(at=at, action=action, caller=caller.label, booking_id=booking_id, data=dict(data or {})))
