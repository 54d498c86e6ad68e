"""Keys of gates, integrators and staff: 256 random bits, shown once, kept as a SHA-256, found by a public prefix."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser, AnonymousUser, User

from parking.db.exchange import Statement, exchange
from parking.db.parts import Part
from parking.db.transactions import use_case
from parking.domain.callers import Caller, device_caller, integrator_caller, staff_caller
from parking.domain.errors import InvalidField, InvalidKey, UnknownDevice
from parking.domain.permissions import Permission, Role, Scope
from parking.domain.states import GateDirection
from parking.models import ApiKey, GateDevice, ParkingSite, ParkingZone
from parking.services import audit

DEVICE_MARK: Final = "spgate"
INTEGRATOR_MARK: Final = "spapi"
_DEVICE: Final = Part(GateDevice, "d")
_BY_PREFIX: Final = f"SELECT {_DEVICE.columns} FROM parking_gatedevice d WHERE d.key_prefix = %s"  # noqa: S608
_PREFIX_BYTES: Final = 6
_SECRET_BYTES: Final = 32
_MAX_KEY_LENGTH: Final = 128
_MAX_NAME_LENGTH: Final = 64
_KNOWN_FOR: Final = timedelta(seconds=5)
_MOST_KNOWN: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made. `token` is not kept anywhere: whoever loses it needs a new one."""

    prefix: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _KnownGate:
    caller: Caller
    proven_at: datetime


_gates: Final[dict[str, _KnownGate]] = {}
"""Those that this process knows, by the hash of the key."""


def authenticate(*, token: str, now: datetime) -> Caller:
    """The gate or integrator whose key this is. Raises InvalidKey for any other."""
    mark, _, rest = token.partition("_")
    prefix, _, _ = rest.partition("_")
    if len(token) <= _MAX_KEY_LENGTH and prefix.isalnum() and token.isascii():
        if mark == DEVICE_MARK:
            return _gate_with(prefix=prefix, token=token, now=now)
        if mark == INTEGRATOR_MARK:
            key = ApiKey.objects.select_related("owner").filter(key_prefix=prefix).first()
            if key is not None and _is_good(key=key, now=now) and _matches(token=token, key_hash=key.key_hash):
                if key.owner is not None:
                    return staff_caller(name=key.owner.get_username(), roles=roles_of(user=key.owner))
                return integrator_caller(name=f"{key.name}#{key.id}", scopes=[Scope(scope) for scope in key.scopes])
    raise InvalidKey


def _gate_with(*, prefix: str, token: str, now: datetime) -> Caller:
    """A gate that has shown its key a moment ago is known without asking the database. What a gate may do beyond what
    anybody may is to scan, and each scan sees in its own transaction whether the key still holds (promise I20).
    """
    key_hash = _hash(token=token)
    known = _gates.get(key_hash)
    if known is not None and timedelta(0) <= now - known.proven_at < _KNOWN_FOR:
        return known.caller
    device = _device_with(prefix=prefix)
    if device is None or device.revoked_at is not None or not hmac.compare_digest(key_hash, device.key_hash):
        raise InvalidKey
    if len(_gates) >= _MOST_KNOWN:
        _gates.clear()
    caller = device_caller(device_id=device.device_id, key_hash=key_hash)
    _gates[key_hash] = _KnownGate(caller=caller, proven_at=now)
    return caller


def _device_with(*, prefix: str) -> GateDevice | None:
    [rows] = exchange(Statement(_BY_PREFIX, [prefix]))
    return _DEVICE.read(rows[0]) if rows else None


def roles_of(*, user: AbstractUser | AnonymousUser) -> set[Role]:
    """The user's groups that are roles. A superuser is an operator; somebody without a role may do nothing."""
    if not (user.is_active and user.is_staff):
        return set()
    names = set(user.groups.values_list("name", flat=True))
    roles = {role for role in Role if role.value in names}
    return roles | {Role.OPERATOR} if user.is_superuser else roles


def register_device(
    *,
    site: ParkingSite,
    device_id: str,
    direction: GateDirection,
    zones: Iterable[ParkingZone] = (),
    caller: Caller,
    now: datetime,
) -> GateDevice:
    """Add a scanner. It has no key yet: make one with `make_device_key`. Raises InvalidField."""
    caller.require(Permission.DEVICE_MANAGE)
    if not 1 <= len(device_id) <= _MAX_NAME_LENGTH or not device_id.isprintable():
        raise InvalidField(field="device_id", problem=f"must have 1 to {_MAX_NAME_LENGTH} printable characters.")
    with use_case():
        if GateDevice.objects.filter(device_id=device_id).exists():
            raise InvalidField(field="device_id", problem="is taken. Choose another.")
        device = GateDevice.objects.create(site=site, device_id=device_id, direction=direction, created_at=now)
        device.zones.set(zones)
        audit.record(action="device.registered", caller=caller, at=now, data={"device_id": device_id})
    return device


def make_device_key(*, device_id: str, caller: Caller, now: datetime) -> NewKey:
    """Give a scanner a new key; the one before stops working at once, and a revoked scanner works again.

    Raises UnknownDevice.
    """
    caller.require(Permission.DEVICE_MANAGE)
    new = _new_key(mark=DEVICE_MARK)
    with use_case():
        changed = GateDevice.objects.filter(device_id=device_id).update(
            key_prefix=new.prefix, key_hash=_hash(token=new.token), key_made_at=now, revoked_at=None
        )
        if not changed:
            raise UnknownDevice
        audit.record(
            action="device.key_made", caller=caller, at=now, data={"device_id": device_id, "prefix": new.prefix}
        )
    _gates.clear()
    return new


def revoke_device(*, device_id: str, caller: Caller, now: datetime) -> None:
    """Let a scanner admit nobody any more. Raises UnknownDevice."""
    caller.require(Permission.DEVICE_MANAGE)
    with use_case():
        device = GateDevice.objects.filter(device_id=device_id)
        if not device.exists():
            raise UnknownDevice
        if device.filter(revoked_at=None).update(revoked_at=now):
            audit.record(action="device.revoked", caller=caller, at=now, data={"device_id": device_id})
    _gates.clear()


def make_api_key(
    *, name: str, scopes: Iterable[Scope], expires_at: datetime | None = None, caller: Caller, now: datetime
) -> NewKey:
    """Give an integrator a key for some scopes. Raises InvalidField."""
    caller.require(Permission.API_KEY_MANAGE)
    wanted = sorted({scope.value for scope in scopes})
    if not wanted:
        raise InvalidField(field="scopes", problem="must name at least one scope.")
    if not 1 <= len(name) <= _MAX_NAME_LENGTH or not name.isprintable():
        raise InvalidField(field="name", problem=f"must have 1 to {_MAX_NAME_LENGTH} printable characters.")
    return _make_key(name=name, scopes=wanted, owner=None, expires_at=expires_at, caller=caller, now=now)


def make_staff_key(*, username: str, expires_at: datetime | None = None, caller: Caller, now: datetime) -> NewKey:
    """Give a member of staff a key of their own for the API: it may do what their roles may at the time of each
    request, and ends with their account. Raises InvalidField.
    """
    caller.require(Permission.API_KEY_MANAGE)
    owner = get_user_model().objects.filter(username=username, is_active=True, is_staff=True).first()
    if owner is None:
        raise InvalidField(field="username", problem="is no member of staff.")
    return _make_key(
        name=username[:_MAX_NAME_LENGTH], scopes=[], owner=owner, expires_at=expires_at, caller=caller, now=now
    )


def revoke_api_key(*, prefix: str, caller: Caller, now: datetime) -> None:
    """End an integrator's key. A second time changes nothing. Raises InvalidKey if there is none."""
    caller.require(Permission.API_KEY_MANAGE)
    with use_case():
        key = ApiKey.objects.filter(key_prefix=prefix)
        if not key.exists():
            raise InvalidKey
        if key.filter(revoked_at=None).update(revoked_at=now):
            audit.record(action="api_key.revoked", caller=caller, at=now, data={"prefix": prefix})


def _make_key(
    *,
    name: str,
    scopes: list[str],
    owner: User | None,
    expires_at: datetime | None,
    caller: Caller,
    now: datetime,
) -> NewKey:
    new = _new_key(mark=INTEGRATOR_MARK)
    with use_case():
        ApiKey.objects.create(
            name=name,
            key_prefix=new.prefix,
            key_hash=_hash(token=new.token),
            scopes=scopes,
            owner=owner,
            created_at=now,
            expires_at=expires_at,
        )
        data = {"name": name, "prefix": new.prefix, "scopes": scopes, "personal": owner is not None}
        audit.record(action="api_key.made", caller=caller, at=now, data=data)
    return new


def _is_good(*, key: ApiKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def _new_key(*, mark: str) -> NewKey:
    prefix = secrets.token_hex(_PREFIX_BYTES)
    return NewKey(prefix=prefix, token=f"{mark}_{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}")


def _hash(*, token: str) -> str:
    """A fast hash is right for a key of 256 random bits: there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def _matches(*, token: str, key_hash: str) -> bool:
    return hmac.compare_digest(_hash(token=token), key_hash)
