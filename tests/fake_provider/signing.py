"""How the provider signs its events: HMAC-SHA256 over the time and the raw body."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

HEADER: Final = "Fake-Signature"
TOLERANCE_SECONDS: Final = 300


def signature(*, secret: str, timestamp: int, body: bytes) -> str:
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def complaint(*, secret: str, header: str, body: bytes, now: int) -> str | None:
    """What is wrong with a signature; None if it is good, and of these five minutes."""
    timestamp, _, given = header.removeprefix("t=").partition(",v1=")
    if not (timestamp.isascii() and timestamp.isdecimal()):
        return "The event carries no signature."
    wanted = signature(secret=secret, timestamp=int(timestamp), body=body)
    if not hmac.compare_digest(wanted.encode(), f"t={timestamp},v1={given}".encode()):
        return "The event's signature is wrong."
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return "The event is too old, or from the future."
    return None
