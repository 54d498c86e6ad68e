"""How tariffs and policies came to be what they are: version by version, by whom, and what each one changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from parking.domain.changes import Change, changes_between
from parking.domain.errors import UnknownPolicy, UnknownTariff, UnknownZone
from parking.domain.tariffs import explain
from parking.models import AuditEvent, ParkingZone, PolicyVersion, TariffVersion
from parking.queries import snapshots
from parking.queries.terms import list_policies, list_tariffs

Row = TypeVar("Row")

MAX_VERSIONS: Final = 100
MAX_EVENTS: Final = 200
_MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionInHistory:
    """One version. Of the first, `changes` and the words that are gone are empty, and all of its words are new."""

    id: int
    name: str
    version: int
    created_at: datetime
    published_by: str
    """The caller as the audit trail names it; empty for what the set-up made."""
    zones: tuple[str, ...]
    """Where it is sold under now."""
    changes: tuple[Change, ...]
    words_gone: tuple[str, ...] = ()
    words_new: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsSet:
    """A zone was given a tariff or a policy. None for what stayed as it was."""

    at: datetime
    by: str
    tariff: str | None
    policy: str | None
    vehicle_class: str | None


def tariff_history(*, name: str) -> list[VersionInHistory]:
    """The versions of the tariff of that name, the newest first, at most 100. Raises UnknownTariff."""
    rows = list(TariffVersion.objects.filter(name=name).order_by("-version")[: MAX_VERSIONS + 1])
    if not rows:
        raise UnknownTariff
    zones = {one.id: one.zones for one in list_tariffs()}
    by = _publishers(action="tariff.published", rows=rows)
    told = {row.id: list(explain(snapshots.tariff_of(version=row), currency=row.currency)) for row in rows}
    return [
        VersionInHistory(
            id=row.id,
            name=row.name,
            version=row.version,
            created_at=row.created_at,
            published_by=by.get(row.id, ""),
            zones=zones.get(row.id, ()),
            changes=_changes(before=before, after=row),
            words_gone=_only_in(told[before.id] if before else [], others=told[row.id]),
            words_new=_only_in(told[row.id], others=told[before.id] if before else []),
        )
        for row, before in _with_the_one_before(rows=rows)
    ][:MAX_VERSIONS]


def policy_history(*, name: str) -> list[VersionInHistory]:
    """The versions of the policy of that name, the newest first, at most 100. Raises UnknownPolicy."""
    rows = list(PolicyVersion.objects.filter(name=name).order_by("-version")[: MAX_VERSIONS + 1])
    if not rows:
        raise UnknownPolicy
    zones = {one.id: one.zones for one in list_policies()}
    by = _publishers(action="policy.published", rows=rows)
    return [
        VersionInHistory(
            id=row.id,
            name=row.name,
            version=row.version,
            created_at=row.created_at,
            published_by=by.get(row.id, ""),
            zones=zones.get(row.id, ()),
            changes=_changes(before=before, after=row),
        )
        for row, before in _with_the_one_before(rows=rows)
    ][:MAX_VERSIONS]


def zone_terms_history(*, zone_id: int) -> list[TermsSet]:
    """When the zone was given which tariff and policy, the newest first, at most 200. Raises UnknownZone."""
    if not 0 < zone_id <= _MAX_ID or not ParkingZone.objects.filter(id=zone_id).exists():
        raise UnknownZone
    # What is done to no booking is little beside what is, and stands together in the index of the bookings.
    office = AuditEvent.objects.filter(booking=None, action="zone.terms_set", data__zone_id=zone_id)
    events = list(office.order_by("-at", "-id")[:MAX_EVENTS])
    tariffs = _names(TariffVersion.objects.filter(id__in=_ids(events=events, name="tariff_id")))
    policies = _names(PolicyVersion.objects.filter(id__in=_ids(events=events, name="policy_id")))
    return [
        TermsSet(
            at=event.at,
            by=event.caller,
            tariff=tariffs.get(event.data["tariff_id"]),
            policy=policies.get(event.data["policy_id"]),
            vehicle_class=event.data["vehicle_class"],
        )
        for event in events
    ]


def _with_the_one_before(*, rows: Sequence[Row]) -> list[tuple[Row, Row | None]]:
    """Of rows with the newest first."""
    return list(zip(rows, [*rows[1:], None], strict=True))


def _changes(*, before: Any, after: Any) -> tuple[Change, ...]:
    return changes_between(before=before.definition, after=after.definition) if before is not None else ()


def _only_in(words: Iterable[str], *, others: Iterable[str]) -> tuple[str, ...]:
    known = set(others)
    return tuple(one for one in words if one not in known)


def _publishers(*, action: str, rows: Iterable[Any]) -> dict[int, str]:
    """A version and its audit row are of one moment, by which the row is found in an index."""
    moments = {row.created_at for row in rows}
    events = AuditEvent.objects.filter(at__in=moments, action=action)
    return {event.data["id"]: event.caller for event in events}


def _ids(*, events: Iterable[AuditEvent], name: str) -> set[int]:
    return {event.data[name] for event in events if event.data[name] is not None}


def _names(versions: Iterable[Any]) -> Mapping[int | None, str]:
    return {version.id: str(version) for version in versions}
