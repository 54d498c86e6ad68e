"""Who calls, as far as the request proves it: by a key in its Authorization header, or not at all.

No cookie counts here, so a browser's session and a key never mix on one request (DESIGN section 7).
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from parking.api.moments import now_of
from parking.domain.callers import DRIVER, UNPROVEN, Caller, CallerKind, device_caller
from parking.domain.errors import InvalidKey
from parking.services import credentials

_SCHEME: Final = "bearer"
_KNOWN_AS: Final = "_parking_caller"
_IPV6_HOUSEHOLD: Final = 64
_UNGUESSABLE_LENGTH: Final = 22
"""So many characters have 128 random bits in base64; a UUID has more."""


def caller_of(request: HttpRequest) -> Caller:
    """The gate, integrator or member of staff whose key it carries; a driver if it carries none. Raises InvalidKey.

    A key is looked up once for each request, whoever asks.
    """
    known = getattr(request, _KNOWN_AS, None)
    if known is None:
        try:
            known = _authenticated(request=request)
        except InvalidKey as error:
            known = error
        setattr(request, _KNOWN_AS, known)
    if isinstance(known, InvalidKey):
        raise known
    return known


def _authenticated(*, request: HttpRequest) -> Caller:
    header = request.headers.get("Authorization")
    if header is None:
        return DRIVER
    scheme, _, token = header.partition(" ")
    if scheme.lower() != _SCHEME:
        raise InvalidKey("Send the key as: Authorization: Bearer KEY")
    return credentials.authenticate(token=token.strip(), now=now_of(request))


def scanning_caller(*, request: HttpRequest, scanner_device_id: str) -> Caller:
    """Who scans. A key that is not valid is told to the use case too, which logs the attempt and refuses it.

    In sandbox mode a gate may scan without a key from this machine itself (DESIGN section 3).
    """
    try:
        caller = caller_of(request)
    except InvalidKey:
        return UNPROVEN
    if caller is DRIVER and _is_trusted_sandbox(request=request):
        return device_caller(device_id=scanner_device_id)
    return caller


def guessing_source(request: HttpRequest) -> str | None:
    """In whose name wrong guesses are counted: a proven key's own, or that of the address it comes from.

    None for a gate with its key, because whoever shows it wrong codes must not shut it for those who have paid, and
    in sandbox mode for this machine itself.
    """
    if _is_trusted_sandbox(request=request):
        return None
    try:
        caller = caller_of(request)
    except InvalidKey:
        caller = UNPROVEN
    if caller.kind is CallerKind.DEVICE:
        return None
    if caller.kind in (CallerKind.INTEGRATOR, CallerKind.STAFF):
        return f"caller:{caller.name}"
    return f"address:{_household(address=client_address(request))}"


def key_scope(*, request: HttpRequest, key: str) -> str:
    """Whose an idempotency key is: of the gate or integrator that sent it, or of any driver (decision 11).

    A driver proves nothing. So a key that is too short to be secret is a driver's only at the place that it was
    first sent from; a long one goes with the driver from one network to the next.
    """
    try:
        caller = caller_of(request)
    except InvalidKey:
        caller = UNPROVEN
    if caller.name:
        return caller.label
    if _is_trusted_sandbox(request=request):
        return f"{caller.label}:sandbox"
    if len(key) >= _UNGUESSABLE_LENGTH:
        return caller.label
    return f"{caller.label}:{_household(address=client_address(request))}"


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


def _is_trusted_sandbox(*, request: HttpRequest) -> bool:
    """Of the connection itself: what a header says of it can be forged."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False  # it came through a proxy on this machine, from anywhere
    address = _parsed(address=request.META.get("REMOTE_ADDR", ""))
    return settings.PARKING_MODE == "sandbox" and address is not None and address.is_loopback


def _is_trusted_proxy(*, address: str) -> bool:
    parsed = _parsed(address=address)
    return parsed is not None and any(parsed in ip_network(proxy) for proxy in settings.TRUSTED_PROXIES)


def _household(*, address: str) -> str:
    """One source for all addresses that one household has: a whole /64 of IPv6."""
    parsed = _parsed(address=address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _IPV6_HOUSEHOLD), strict=False))
    return str(parsed) if parsed is not None else "unknown"


def _parsed(*, address: str) -> IPv4Address | IPv6Address | None:
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    return ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip
