"""Who calls, as far as the request proves it: by a key in its Authorization header, or not at all.

No cookie counts here, so a browser's session and a key never mix on one request (DESIGN section 7).
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from parking.domain.callers import DRIVER, UNPROVEN, Caller, CallerKind, device_caller
from parking.domain.errors import InvalidKey
from parking.edge.moments import now_of
from parking.edge.origins import anonymous_source, household, is_trusted_sandbox
from parking.services import credentials

_SCHEME: Final = "bearer"
_KNOWN_AS: Final = "_parking_caller"
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
    if caller is DRIVER and is_trusted_sandbox(request):
        return device_caller(device_id=scanner_device_id)
    return caller


def guessing_source(request: HttpRequest) -> str | None:
    """In whose name wrong guesses are counted: a proven key's own, or that of the address it comes from.

    None for a gate with its key, because whoever shows it wrong codes must not shut it for those who have paid, and
    in sandbox mode for this machine itself.
    """
    if is_trusted_sandbox(request):
        return None
    try:
        caller = caller_of(request)
    except InvalidKey:
        caller = UNPROVEN
    if caller.kind is CallerKind.DEVICE:
        return None
    if caller.kind in (CallerKind.INTEGRATOR, CallerKind.STAFF):
        return f"caller:{caller.name}"
    return anonymous_source(request)


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
    if is_trusted_sandbox(request):
        return f"{caller.label}:sandbox"
    if len(key) >= _UNGUESSABLE_LENGTH:
        return caller.label
    return f"{caller.label}:{household(request)}"
