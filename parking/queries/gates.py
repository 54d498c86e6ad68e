"""The scanners that are registered, for whoever stands at a gate and says which it is."""

from __future__ import annotations

from dataclasses import dataclass

from parking.domain.states import GateDirection, ScanType
from parking.models import GateDevice


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A scanner that may let cars through. No zone names: it serves all."""

    device_id: str
    direction: GateDirection
    zone_names: tuple[str, ...]
    has_key: bool
    """Some scanner has its key already, and would lose it to whoever is given a new one."""

    def serves(self, direction: ScanType) -> bool:
        return self.direction in (GateDirection.BOTH, direction)


def list_gates() -> list[Gate]:
    """Every scanner that is not revoked, by its id."""
    devices = GateDevice.objects.filter(revoked_at=None).order_by("device_id").prefetch_related("zones")
    return [
        Gate(
            device_id=device.device_id,
            direction=GateDirection(device.direction),
            zone_names=tuple(zone.name for zone in device.zones.all()),
            has_key=bool(device.key_hash),
        )
        for device in devices
    ]
