"""The chain over an append-only log: each link is a keyed digest of its rows and of the link before.

The key is not in the database, so whoever can write there cannot make a chain that holds (promise I21).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from parking.domain.times import format_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What one seal says of its rows."""

    row_count: int
    digest: str


def make_link(*, key: bytes, log: str, previous_digest: str, rows: Iterable[Mapping[str, object]]) -> Link:
    """Digest the rows in their order, after the digest of the link before (``""`` for the first)."""
    mac = hmac.new(key, f"{log}\n{previous_digest}\n".encode(), hashlib.sha256)
    row_count = 0
    for row in rows:
        mac.update(_canonical(row=row))
        row_count += 1
    return Link(row_count=row_count, digest=mac.hexdigest())


def _canonical(*, row: Mapping[str, object]) -> bytes:
    """One spelling for one row, on every database: sorted names, times in UTC, ids as text."""
    return json.dumps(row, sort_keys=True, separators=(",", ":"), default=_spell).encode() + b"\n"


def _spell(value: object) -> str:
    return format_time(moment=value) if isinstance(value, datetime) else str(value)
