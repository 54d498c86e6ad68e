"""Where a request comes from, as far as that can be believed."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from django.conf import settings
from django.http import HttpRequest

_IPV6_HOUSEHOLD: Final = 64


def client_address(request: HttpRequest) -> str:
    """The address that the request comes from.

    A forwarding header is believed only as far as it was written by the proxies that TRUSTED_PROXIES names: it is
    read from its end, and the first address that is none of them is the client's.
    """
    hops = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    address: str = request.META.get("REMOTE_ADDR", "")
    while hops and _is_trusted_proxy(address=address):
        address = hops.pop()
    return address


def household(request: HttpRequest) -> str:
    """One source for all addresses that one household has: a whole /64 of IPv6."""
    parsed = _parsed(address=client_address(request))
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _IPV6_HOUSEHOLD), strict=False))
    return str(parsed) if parsed is not None else "unknown"


def is_trusted_sandbox(request: HttpRequest) -> bool:
    """Whether it comes from this machine itself, in sandbox mode (DESIGN section 3).

    Of the connection itself: what a header says of it can be forged.
    """
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False  # it came through a proxy on this machine, from anywhere
    address = _parsed(address=request.META.get("REMOTE_ADDR", ""))
    return settings.PARKING_MODE == "sandbox" and address is not None and address.is_loopback


def anonymous_source(request: HttpRequest) -> str | None:
    """In whose name the wrong guesses of somebody without a key are counted. None: this machine's own are not."""
    return None if is_trusted_sandbox(request) else f"address:{household(request)}"


def _is_trusted_proxy(*, address: str) -> bool:
    parsed = _parsed(address=address)
    return parsed is not None and any(parsed in ip_network(proxy) for proxy in settings.TRUSTED_PROXIES)


def _parsed(*, address: str) -> IPv4Address | IPv6Address | None:
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    return ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip
