"""Prices and policies as versions: published once, never changed, and given to zones. A booking keeps what it was
sold under, so a change touches future bookings only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Max

from parking.db.transactions import use_case
from parking.domain.callers import Caller
from parking.domain.errors import InvalidField, InvalidTariff, NotFound, UnknownPolicy, UnknownTariff, UnknownZone
from parking.domain.permissions import Permission
from parking.domain.policy import policy_definition, read_policy
from parking.domain.states import VehicleClass
from parking.domain.tariffs import Tariff, TariffProblem, read_tariff
from parking.models import ParkingSite, ParkingZone, PolicyVersion, TariffVersion, ZoneTariff
from parking.services import audit

_MAX_NAME_LENGTH: Final = 100
_MAX_ID: Final = 2**63 - 1


def publish_tariff(*, name: str, definition: Mapping[str, Any], caller: Caller, now: datetime) -> TariffVersion:
    """Write the next version of the tariff of that name. No zone uses it before `set_zone_terms`.

    A definition that names no currency or time zone is read in the site's. Raises InvalidTariff with every problem
    and its path, InvalidField.
    """
    caller.require(Permission.TERMS_MANAGE)
    _check_name(name=name)
    site = _site()
    complete = _completed(definition=definition, site=site)
    _check_tariff(definition=complete, currency=site.currency)
    with use_case():
        version = _next_version(TariffVersion, site=site, name=name)
        tariff = TariffVersion.objects.create(
            site=site, name=name, version=version, currency=site.currency, definition=complete, created_at=now
        )
        audit.record(action="tariff.published", caller=caller, at=now, data={"tariff": str(tariff), "id": tariff.id})
    return tariff


def preview_tariff(*, definition: Mapping[str, Any], caller: Caller) -> tuple[Tariff, str]:
    """The tariff that a definition would be, and its currency; nothing is written. Raises InvalidTariff."""
    caller.require(Permission.TERMS_VIEW)
    site = _site()
    return _check_tariff(definition=_completed(definition=definition, site=site), currency=site.currency), site.currency


def publish_policy(*, name: str, definition: Mapping[str, Any], caller: Caller, now: datetime) -> PolicyVersion:
    """Write the next version of the policy of that name. No zone uses it before `set_zone_terms`.

    What the definition does not name is as the specification has it. Raises InvalidField.
    """
    caller.require(Permission.TERMS_MANAGE)
    _check_name(name=name)
    complete = policy_definition(policy=read_policy(definition=definition))
    site = _site()
    with use_case():
        version = _next_version(PolicyVersion, site=site, name=name)
        policy = PolicyVersion.objects.create(
            site=site, name=name, version=version, definition=complete, created_at=now
        )
        audit.record(action="policy.published", caller=caller, at=now, data={"policy": str(policy), "id": policy.id})
    return policy


def set_zone_terms(
    *,
    zone_id: int,
    tariff_id: int | None = None,
    policy_id: int | None = None,
    vehicle_class: VehicleClass | None = None,
    caller: Caller,
    now: datetime,
) -> ParkingZone:
    """Sell the zone's bookings under another tariff or policy from now on; with a vehicle class, its tariff only.

    Raises UnknownZone, UnknownTariff, UnknownPolicy, InvalidField.
    """
    caller.require(Permission.TERMS_MANAGE)
    if tariff_id is None and policy_id is None:
        raise InvalidField(field="tariff_id", problem="is missing: name a tariff, a policy, or both.")
    with use_case():
        zone = ParkingZone.objects.filter(id=_in_bounds(zone_id)).first()
        if zone is None:
            raise UnknownZone
        if tariff_id is not None:
            _set_tariff(zone=zone, tariff_id=tariff_id, vehicle_class=vehicle_class)
        if policy_id is not None:
            policy = PolicyVersion.objects.filter(id=_in_bounds(policy_id), site_id=zone.site_id).first()
            if policy is None:
                raise UnknownPolicy
            ParkingZone.objects.filter(id=zone.id).update(policy=policy)
        data = {
            "zone_id": zone.id,
            "tariff_id": tariff_id,
            "policy_id": policy_id,
            "vehicle_class": vehicle_class.value if vehicle_class else None,
        }
        audit.record(action="zone.terms_set", caller=caller, at=now, data=data)
    return ParkingZone.objects.select_related("tariff", "policy").get(id=zone.id)


def _completed(*, definition: Mapping[str, Any], site: ParkingSite) -> dict[str, Any]:
    """The definition with the site's currency and time zone, where it names none, so that it stands for itself."""
    if definition.get("kind") != "rates":
        return dict(definition)
    return {"currency": site.currency, "time_zone": site.time_zone, **definition}


def _check_tariff(*, definition: Mapping[str, Any], currency: str) -> Tariff:
    """The tariff that it defines. Raises InvalidTariff in words for who wrote it."""
    try:
        tariff = read_tariff(definition=definition)
    except TariffProblem as error:
        raise InvalidTariff(problems=error.problems) from None
    if definition.get("currency", currency) != currency:
        raise InvalidTariff(problems=[f"currency: this site takes {currency}"])
    return tariff


def _set_tariff(*, zone: ParkingZone, tariff_id: int, vehicle_class: VehicleClass | None) -> None:
    tariff = TariffVersion.objects.filter(id=_in_bounds(tariff_id), site_id=zone.site_id).first()
    if tariff is None:
        raise UnknownTariff
    if vehicle_class is None:
        ParkingZone.objects.filter(id=zone.id).update(tariff=tariff)
    else:
        ZoneTariff.objects.update_or_create(zone=zone, vehicle_class=vehicle_class, defaults={"tariff": tariff})


def _next_version(model: type[TariffVersion | PolicyVersion], *, site: ParkingSite, name: str) -> int:
    newest: int | None = model.objects.filter(site=site, name=name).aggregate(newest=Max("version"))["newest"]
    return (newest or 0) + 1


def _site() -> ParkingSite:
    site = ParkingSite.objects.order_by("id").first()
    if site is None:
        raise NotFound("There is no site yet. Run: manage.py setup_parking_system", code="no_site")
    return site


def _check_name(*, name: str) -> None:
    if not 1 <= len(name) <= _MAX_NAME_LENGTH or not name.isprintable() or name != name.strip():
        raise InvalidField(field="name", problem=f"must have 1 to {_MAX_NAME_LENGTH} printable characters.")


def _in_bounds(number: int) -> int:
    return number if 0 < number <= _MAX_ID else 0
