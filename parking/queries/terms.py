"""Tariffs and policies as an operator reads them: versions, in words, and the price as a stay grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from parking.domain.errors import UnknownTariff
from parking.domain.tariffs import Tariff, explain, price_curve
from parking.models import ParkingZone, PolicyVersion, TariffVersion, ZoneTariff
from parking.queries import snapshots

MAX_VERSIONS: Final = 500
_CURVE_OF: Final = timedelta(hours=48)
_CURVE_STEP: Final = timedelta(minutes=5)
_MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffInWords:
    """The sentences of the board at the entry, and (minutes parked, minor units) wherever the price steps up."""

    words: tuple[str, ...]
    entered_at: datetime
    curve: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffSummary:
    """One version, and the zones that sell under it now (a class of vehicles in brackets)."""

    id: int
    name: str
    version: int
    currency: str
    created_at: datetime
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffDetails:
    summary: TariffSummary
    definition: Mapping[str, Any]
    told: TariffInWords


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySummary:
    id: int
    name: str
    version: int
    definition: Mapping[str, Any]
    created_at: datetime
    zones: tuple[str, ...]


def tell_tariff(*, tariff: Tariff, currency: str, entered_at: datetime) -> TariffInWords:
    """The tariff in words, and its price for stays of up to 48 hours that begin at `entered_at`, in steps of 5
    minutes."""
    curve = price_curve(tariff=tariff, entered_at=entered_at, until=_CURVE_OF, step=_CURVE_STEP)
    words = tuple(explain(tariff, currency=currency))
    return TariffInWords(words=words, entered_at=entered_at, curve=tuple(curve))


def list_tariffs() -> list[TariffSummary]:
    """The newest versions first, by name."""
    rows = TariffVersion.objects.order_by("name", "-version")[:MAX_VERSIONS]
    zones = _zones_by_tariff()
    return [_summary(version=row, zones=zones) for row in rows]


def get_tariff(*, tariff_id: int, entered_at: datetime) -> TariffDetails:
    """One version with its definition, words and curve. Raises UnknownTariff."""
    version = TariffVersion.objects.filter(id=tariff_id).first() if 0 < tariff_id <= _MAX_ID else None
    if version is None:
        raise UnknownTariff
    return TariffDetails(
        summary=_summary(version=version, zones=_zones_by_tariff()),
        definition=version.definition,
        told=tell_tariff(tariff=snapshots.tariff_of(version=version), currency=version.currency, entered_at=entered_at),
    )


def list_policies() -> list[PolicySummary]:
    """The newest versions first, by name."""
    zones: dict[int, list[str]] = {}
    for name, policy_id in ParkingZone.objects.order_by("name").values_list("name", "policy_id"):
        zones.setdefault(policy_id, []).append(name)
    return [
        PolicySummary(
            id=row.id,
            name=row.name,
            version=row.version,
            definition=row.definition,
            created_at=row.created_at,
            zones=tuple(zones.get(row.id, ())),
        )
        for row in PolicyVersion.objects.order_by("name", "-version")[:MAX_VERSIONS]
    ]


def _summary(*, version: TariffVersion, zones: Mapping[int, list[str]]) -> TariffSummary:
    return TariffSummary(
        id=version.id,
        name=version.name,
        version=version.version,
        currency=version.currency,
        created_at=version.created_at,
        zones=tuple(zones.get(version.id, ())),
    )


def _zones_by_tariff() -> dict[int, list[str]]:
    zones: dict[int, list[str]] = {}
    for name, tariff_id in ParkingZone.objects.order_by("name").values_list("name", "tariff_id"):
        zones.setdefault(tariff_id, []).append(name)
    for own in ZoneTariff.objects.select_related("zone").order_by("zone__name", "vehicle_class"):
        zones.setdefault(own.tariff_id, []).append(f"{own.zone.name} ({own.vehicle_class})")
    return zones
