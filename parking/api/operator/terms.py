"""Tariffs and policies: published as versions, looked at, and given to zones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import BaseModel, Field

from parking.api import documentation
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY
from parking.api.request_schemas import MomentText, strict
from parking.api.response_schemas import Amount, Answer, Currency, Moment
from parking.domain import errors
from parking.domain.money import format_amount
from parking.domain.permissions import Permission
from parking.domain.states import VehicleClass
from parking.domain.times import format_time
from parking.edge.identifiers import moment_of, number_of, zone_id_of
from parking.edge.moments import now_of
from parking.queries.terms import (
    PolicySummary,
    TariffInWords,
    TariffSummary,
    get_tariff,
    list_policies,
    list_tariffs,
    tell_tariff,
)
from parking.services import ParkingService

router = Router(tags=["Operator"])

_EXAMPLE = {
    "kind": "rates",
    "rates": [
        {
            "name": "All day",
            "bands": [{"until": "1h", "total": "50.00"}, {"each": "30m", "adds": "20.00"}],
        }
    ],
    "caps": [{"per": "24h", "at_most": "400.00"}],
}


class PublishTariff(BaseModel):
    """The next version of a tariff. What a definition may say stands in docs/tariffs.md."""

    model_config = strict(example={"name": "City", "definition": _EXAMPLE})

    name: str
    definition: dict[str, Any]


class PreviewTariff(BaseModel):
    """A definition to look at; nothing is written."""

    model_config = strict(example={"definition": _EXAMPLE, "entered_at": "2026-01-31T09:00:00+05:30"})

    definition: dict[str, Any]
    entered_at: MomentText | None = Field(None, description="When the stays of the curve begin; left out, now.")


class PublishPolicy(BaseModel):
    """The next version of a policy: times in seconds, cancellation, limits. What is not named is the default."""

    model_config = strict(
        example={
            "name": "Station",
            "definition": {
                "hold_seconds": 600,
                "cancellation": "before_start",
                "cancellation_tiers": [{"seconds_before_start": 86400, "percent": 100}],
            },
        }
    )

    name: str
    definition: dict[str, Any]


class SetZoneTerms(BaseModel):
    """What the zone's bookings are sold under from now on."""

    model_config = strict(example={"tariff_id": 4})

    tariff_id: int | None = None
    policy_id: int | None = None
    vehicle_class: VehicleClass | None = Field(None, strict=False, description="Only this class pays the tariff.")


class CurvePoint(BaseModel):
    minutes: int
    amount: Amount


class PreviewAnswer(Answer):
    words: list[str] = Field(description="The tariff as it would stand on a board.")
    entered_at: Moment
    curve: list[CurvePoint] = Field(description="Stays from `entered_at`, up to 48 h: where the price changes.")
    currency: Currency


class TariffItem(BaseModel):
    tariff_id: int
    name: str
    version: int
    currency: Currency
    created_at: Moment
    zones: list[str] = Field(description="Where it is sold under now.")


class TariffsAnswer(Answer):
    tariffs: list[TariffItem]


class TariffAnswer(TariffItem, PreviewAnswer):
    definition: dict[str, Any]


class PolicyItem(BaseModel):
    policy_id: int
    name: str
    version: int
    definition: dict[str, Any]
    created_at: Moment
    zones: list[str]


class PoliciesAnswer(Answer):
    policies: list[PolicyItem]


class PolicyAnswer(Answer):
    policy_id: int
    name: str
    version: int


class ZoneTermsAnswer(Answer):
    zone_id: int
    tariff: str = Field(examples=["City v2"])
    policy: str = Field(examples=["Standard v1"])


@router.post(
    "tariffs/",
    operation_id="publish_tariff",
    summary="Publish the next version of a tariff",
    **documentation.command(answers={201: TariffAnswer}, refusals=(*BY_KEY, errors.InvalidTariff, errors.Busy)),
)
def publish_tariff(request: HttpRequest, body: PublishTariff) -> Status[TariffAnswer]:
    """It is validated as a whole: every problem is told with its path. No zone uses it yet."""
    now = now_of(request)
    version = ParkingService.publish_tariff(
        name=body.name, definition=body.definition, caller=caller_of(request), now=now
    )
    return Status(201, _tariff(tariff_id=version.id, entered_at=now))


@router.post(
    "tariffs/preview/",
    operation_id="preview_tariff",
    summary="See a tariff in words and as a price curve",
    **documentation.command(answers={200: PreviewAnswer}, refusals=(*BY_KEY, errors.InvalidTariff)),
)
def preview_tariff(request: HttpRequest, body: PreviewTariff) -> PreviewAnswer:
    """Writes nothing."""
    entered_at = moment_of(body.entered_at) if body.entered_at is not None else now_of(request)
    tariff, currency = ParkingService.preview_tariff(definition=body.definition, caller=caller_of(request))
    return PreviewAnswer(
        **_told(told=tell_tariff(tariff=tariff, currency=currency, entered_at=entered_at), currency=currency)
    )


@router.get(
    "tariffs/",
    operation_id="list_tariffs",
    summary="List the versions of all tariffs",
    **documentation.query(answers={200: TariffsAnswer}, refusals=BY_KEY),
)
def tariffs(request: HttpRequest) -> TariffsAnswer:
    """By name, the newest version first, with the zones that sell under it."""
    caller_of(request).require(Permission.TERMS_VIEW)
    return TariffsAnswer(tariffs=[TariffItem(**_item(one)) for one in list_tariffs()])


@router.get(
    "tariffs/{tariff_id}/",
    operation_id="get_tariff",
    summary="See one version of a tariff",
    **documentation.query(answers={200: TariffAnswer}, refusals=(*BY_KEY, errors.UnknownTariff)),
)
def tariff(request: HttpRequest, tariff_id: str) -> TariffAnswer:
    """Its definition, in words, and as a price curve from now on."""
    caller_of(request).require(Permission.TERMS_VIEW)
    return _tariff(tariff_id=number_of(tariff_id, unknown=errors.UnknownTariff), entered_at=now_of(request))


@router.post(
    "policies/",
    operation_id="publish_policy",
    summary="Publish the next version of a policy",
    **documentation.command(answers={201: PolicyAnswer}, refusals=(*BY_KEY, errors.Busy)),
)
def publish_policy(request: HttpRequest, body: PublishPolicy) -> Status[PolicyAnswer]:
    """No zone uses it yet."""
    version = ParkingService.publish_policy(
        name=body.name, definition=body.definition, caller=caller_of(request), now=now_of(request)
    )
    return Status(201, PolicyAnswer(policy_id=version.id, name=version.name, version=version.version))


@router.get(
    "policies/",
    operation_id="list_policies",
    summary="List the versions of all policies",
    **documentation.query(answers={200: PoliciesAnswer}, refusals=BY_KEY),
)
def policies(request: HttpRequest) -> PoliciesAnswer:
    """By name, the newest version first, with the zones that sell under it."""
    caller_of(request).require(Permission.TERMS_VIEW)
    return PoliciesAnswer(policies=[_policy(one) for one in list_policies()])


@router.post(
    "zone/{zone_id}/terms/",
    operation_id="set_zone_terms",
    summary="Sell a zone's bookings under another tariff or policy",
    **documentation.command(
        answers={200: ZoneTermsAnswer},
        refusals=(*BY_KEY, errors.UnknownZone, errors.UnknownTariff, errors.UnknownPolicy),
    ),
)
def set_zone_terms(request: HttpRequest, zone_id: str, body: SetZoneTerms) -> ZoneTermsAnswer:
    """From now on, and for new bookings only: what was sold keeps its price and its rules."""
    zone = ParkingService.set_zone_terms(
        zone_id=zone_id_of(zone_id),
        tariff_id=body.tariff_id,
        policy_id=body.policy_id,
        vehicle_class=body.vehicle_class,
        caller=caller_of(request),
        now=now_of(request),
    )
    return ZoneTermsAnswer(zone_id=zone.id, tariff=str(zone.tariff), policy=str(zone.policy))


def _tariff(*, tariff_id: int, entered_at: datetime) -> TariffAnswer:
    details = get_tariff(tariff_id=tariff_id, entered_at=entered_at)
    told = _told(told=details.told, currency=details.summary.currency)
    return TariffAnswer(**_item(details.summary) | told, definition=dict(details.definition))


def _item(one: TariffSummary) -> dict[str, Any]:
    return {
        "tariff_id": one.id,
        "name": one.name,
        "version": one.version,
        "currency": one.currency,
        "created_at": format_time(moment=one.created_at),
        "zones": list(one.zones),
    }


def _told(*, told: TariffInWords, currency: str) -> dict[str, Any]:
    curve = [
        CurvePoint(minutes=minutes, amount=format_amount(amount_minor=amount_minor, currency=currency))
        for minutes, amount_minor in told.curve
    ]
    entered_at = format_time(moment=told.entered_at)
    return {"words": list(told.words), "entered_at": entered_at, "curve": curve, "currency": currency}


def _policy(one: PolicySummary) -> PolicyItem:
    return PolicyItem(
        policy_id=one.id,
        name=one.name,
        version=one.version,
        definition=dict(one.definition),
        created_at=format_time(moment=one.created_at),
        zones=list(one.zones),
    )
