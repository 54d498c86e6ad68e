"""Who is calling. Every use case is told, asks whether that caller may, and writes it into its audit row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from parking.domain.errors import PermissionRequired
from parking.domain.permissions import (
    DEVICE_PERMISSIONS,
    DRIVER_PERMISSIONS,
    ROLES,
    SCOPES,
    Permission,
    Role,
    Scope,
)

_MAX_LABEL_LENGTH: Final = 100
"""As much as a log keeps of a caller."""


class CallerKind(StrEnum):
    DRIVER = "driver"
    DEVICE = "device"
    INTEGRATOR = "integrator"
    STAFF = "staff"
    UNPROVEN = "unproven"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One caller of one use case. A driver has no name: the booking's id is all that it holds.

    `key_hash` is that of the key by which a gate has proven itself, maybe some seconds ago: who lets a car through
    sees whether it is the gate's key still.
    """

    kind: CallerKind
    name: str = ""
    permissions: frozenset[Permission]
    key_hash: str = ""

    @property
    def label(self) -> str:
        return f"{self.kind}:{self.name}"[:_MAX_LABEL_LENGTH] if self.name else str(self.kind)

    def require(self, permission: Permission) -> None:
        """Raise PermissionRequired unless this caller holds `permission`."""
        if permission not in self.permissions:
            raise PermissionRequired(details={"permission": permission.value})


DRIVER: Final = Caller(kind=CallerKind.DRIVER, permissions=DRIVER_PERMISSIONS)
UNPROVEN: Final = Caller(kind=CallerKind.UNPROVEN, permissions=frozenset())
"""Somebody with a key that is not valid. It may do nothing; its attempts at a gate are logged all the same."""
SYSTEM: Final = Caller(kind=CallerKind.SYSTEM, permissions=frozenset(Permission))


def device_caller(*, device_id: str, key_hash: str = "") -> Caller:
    return Caller(kind=CallerKind.DEVICE, name=device_id, permissions=DEVICE_PERMISSIONS, key_hash=key_hash)


def integrator_caller(*, name: str, scopes: Iterable[Scope]) -> Caller:
    permissions = frozenset[Permission]().union(*(SCOPES[scope] for scope in scopes))
    return Caller(kind=CallerKind.INTEGRATOR, name=name, permissions=permissions)


def staff_caller(*, name: str, roles: Iterable[Role]) -> Caller:
    permissions = frozenset[Permission]().union(*(ROLES[role] for role in roles))
    return Caller(kind=CallerKind.STAFF, name=name, permissions=permissions)
