"""Who calls, as far as the request proves it."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

from parking.api.errors import DeviceKeyRequired
from parking.domain.callers import Caller, CallerKind


def scanning_device(*, request: HttpRequest, scanner_device_id: str) -> Caller:
    """The gate that scans. Raises DeviceKeyRequired.

    In sandbox mode a gate may scan without a key from this machine itself (DESIGN section 3).
    """
    if settings.PARKING_MODE == "sandbox" and _is_loopback(address=request.META.get("REMOTE_ADDR", "")):
        return Caller(kind=CallerKind.DEVICE, name=scanner_device_id)
    raise DeviceKeyRequired


def _is_loopback(*, address: str) -> bool:
    """Of the connection itself: what a header says of it can be forged."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return ip.ipv4_mapped.is_loopback
    return ip.is_loopback
