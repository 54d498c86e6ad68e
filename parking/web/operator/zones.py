"""The zones, and one zone: how full it is and was, what it brings, its slots, and what is out of service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from parking.domain.callers import Caller
from parking.domain.errors import UnknownOutage, UnknownZone
from parking.domain.money import currency_exponent
from parking.domain.permissions import Permission
from parking.edge.identifiers import number_of, zone_id_of
from parking.edge.moments import now_of
from parking.queries.outages import list_outages
from parking.queries.slot_plan import SlotState, ZonePlan, slot_plans
from parking.queries.terms import list_policies, list_tariffs
from parking.queries.terms_history import zone_terms_history
from parking.queries.zone_history import OccupancyHistory, occupancy_history, revenue_history
from parking.services import ParkingService
from parking.services.outages import OutagePlanned
from parking.web.operator.answers import answer, press
from parking.web.operator.forms import MomentField, OfficeForm, ReasonForm
from parking.web.operator.office import office
from parking.web.operator.plan import draw, legend
from parking.web.operator.terms_forms import ZoneTermsForm
from parking.web.pages import live, staff_page

_WEEKS, _DAYS = 4, 30


class OutageForm(ReasonForm):
    """A slot, or the whole zone, out of service for a time."""

    slot = forms.ChoiceField(label=_("What"), required=False)
    starts_at = MomentField(label=_("From"), required=False, help_text=_("Left empty: now."))
    ends_at = MomentField(label=_("Until"), required=False, help_text=_("Left empty: until you end it."))
    field_order = ("slot", "starts_at", "ends_at", "reason")

    def __init__(self, *args: Any, plan: ZonePlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        slots = [(slot.number, gettext("Slot %(slot)s") % {"slot": slot.number}) for slot in plan.slots]
        self.fields["slot"].choices = [("", gettext("The whole zone")), *slots]  # type: ignore[attr-defined] # of a ChoiceField


class EmptyForm(OfficeForm):
    """A button with nothing to fill in."""


@staff_page(Permission.RECORD_VIEW)
def zones(request: HttpRequest, caller: Caller) -> HttpResponse:
    plans = slot_plans(now=now_of(request), with_records=False)
    prices = {name: tariff for tariff in list_tariffs() for name in tariff.zones}
    rows = [{"plan": plan, "tariff": prices.get(plan.zone_name), "taken": _taken(plan)} for plan in plans]
    return office(request, "zones.html", {"rows": rows, "legend": legend(plans=plans)}, caller=caller, here="zones")


@staff_page(Permission.RECORD_VIEW)
def zone(request: HttpRequest, caller: Caller, zone_id: str) -> HttpResponse:
    plan = _plan_of(request, zone_id)
    asked = {"slot": request.GET.get("slot", "")}
    return _zone(request, caller, plan, outage_form=OutageForm(initial=asked, plan=plan))


@staff_page(Permission.RECORD_VIEW)
def zone_plan(request: HttpRequest, caller: Caller, zone_id: str) -> HttpResponse:
    """Its slots alone, for as long as somebody looks at them."""
    return live(request, "operator/zone_plan.html", _drawn(request, _plan_of(request, zone_id)))


@require_POST
@staff_page(Permission.SLOT_MANAGE)
def plan_outage(request: HttpRequest, caller: Caller, zone_id: str) -> HttpResponse:
    plan = _plan_of(request, zone_id)
    form = OutageForm(request.POST, plan=plan)

    def act() -> str:
        given = form.cleaned_data
        planned = ParkingService.plan_outage(
            zone_id=plan.zone_id,
            slot_number=given["slot"] or None,
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
            reason=given["reason"],
            caller=caller,
            now=now_of(request),
        )
        return _planned_words(planned, zone_name=plan.zone_name)

    def again(form: forms.Form, status: int) -> HttpResponse:
        return _zone(request, caller, plan, outage_form=form, status=status)

    return answer(request, form=form, act=act, done=reverse("web:zone", args=[plan.zone_id]), again=again)


@require_POST
@staff_page(Permission.SLOT_MANAGE)
def end_outage(request: HttpRequest, caller: Caller, zone_id: str, outage_id: str) -> HttpResponse:
    number = number_of(outage_id, unknown=UnknownOutage)

    def act() -> str:
        ended = ParkingService.end_outage(outage_id=number, caller=caller, now=now_of(request))
        if ended.slot_number is None:
            return gettext("The zone is back in service.")
        return gettext("Slot %(slot)s is back in service.") % {"slot": ended.slot_number}

    return press(request, act=act, done=reverse("web:zone", args=[zone_id_of(zone_id)]))


@require_POST
@staff_page(Permission.SLOT_MANAGE)
def set_open(request: HttpRequest, caller: Caller, zone_id: str) -> HttpResponse:
    """Sell bookings in the zone again, or none any more."""
    number, is_open = zone_id_of(zone_id), request.POST.get("open") == "yes"

    def act() -> str:
        change = ParkingService.open_zone if is_open else ParkingService.close_zone
        change(zone_id=number, caller=caller, now=now_of(request))
        if is_open:
            return gettext("The zone sells bookings again.")
        return gettext("The zone sells no more bookings. Those there are still come in and go out.")

    return press(request, act=act, done=reverse("web:zone", args=[number]))


@require_POST
@staff_page(Permission.TERMS_MANAGE)
def set_terms(request: HttpRequest, caller: Caller, zone_id: str) -> HttpResponse:
    plan = _plan_of(request, zone_id)
    form = ZoneTermsForm(request.POST, tariffs=list_tariffs(), policies=list_policies())

    def act() -> str:
        given = form.cleaned_data
        ParkingService.set_zone_terms(
            zone_id=plan.zone_id,
            tariff_id=given["tariff"],
            policy_id=given["policy"],
            vehicle_class=given["vehicle_class"],
            caller=caller,
            now=now_of(request),
        )
        return gettext("From now on %(zone)s sells under these terms. Bookings that were made keep theirs.") % {
            "zone": plan.zone_name
        }

    def again(form: forms.Form, status: int) -> HttpResponse:
        return _zone(request, caller, plan, terms_form=form, status=status)

    return answer(request, form=form, act=act, done=reverse("web:zone", args=[plan.zone_id]), again=again)


def _zone(
    request: HttpRequest,
    caller: Caller,
    plan: ZonePlan,
    *,
    outage_form: forms.Form | None = None,
    terms_form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    now, zone_id = now_of(request), plan.zone_id
    revenue = revenue_history(zone_id=zone_id, now=now, days=_DAYS)
    tariffs, policies = list_tariffs(), list_policies()
    occupancy = occupancy_history(zone_id=zone_id, now=now, weeks=_WEEKS)
    shown = {
        **_drawn(request, plan),
        "taken": _taken(plan),
        "occupancy": occupancy,
        "hours": _hours(occupancy),
        "exponent": currency_exponent(currency=revenue.currency),
        "revenue": revenue,
        "kept_minor": sum(day.kept_minor for day in revenue.days),
        "outages": list_outages(zone_id=zone_id, now=now),
        "tariffs": [one for one in tariffs if _is_sold(plan.zone_name, one.zones)],
        "policies": [one for one in policies if plan.zone_name in one.zones],
        "terms": zone_terms_history(zone_id=zone_id),
        "outage_form": outage_form or OutageForm(plan=plan),
        "terms_form": terms_form or ZoneTermsForm(tariffs=tariffs, policies=policies),
        "form_is_open": status != 200 or bool(request.GET.get("slot")),
        "terms_are_open": terms_form is not None,
    }
    return office(request, "zone.html", shown, caller=caller, here="zones", status=status)


def _hours(occupancy: OccupancyHistory) -> list[dict[str, Any]]:
    """The table that the chart is drawn from: today, the mean, and each day before, by the hour."""
    return [
        {
            "hour": hour,
            "clock": f"{hour:02}:00",
            "cars": [occupancy.today.cars[hour], occupancy.usual[hour], *(day.cars[hour] for day in occupancy.before)],
        }
        for hour in range(len(occupancy.usual))
    ]


def _is_sold(zone_name: str, zones: tuple[str, ...]) -> bool:
    """Under that tariff, also for one class of vehicles only, which stands in brackets."""
    return any(name == zone_name or name.startswith(f"{zone_name} (") for name in zones)


def _plan_of(request: HttpRequest, zone_id: str) -> ZonePlan:
    for plan in slot_plans(now=now_of(request), zone_ids=[zone_id_of(zone_id)], with_records=True):
        return plan
    raise UnknownZone


def _drawn(request: HttpRequest, plan: ZonePlan) -> dict[str, Any]:
    (drawn,) = draw(plans=[plan], now=now_of(request))
    return {"zone": drawn, "legend": legend(plans=[plan])}


def _taken(plan: ZonePlan) -> int:
    return plan.counts[SlotState.INSIDE] + plan.counts[SlotState.OVERSTAYING]


def _planned_words(planned: OutagePlanned, *, zone_name: str) -> str:
    slot = planned.outage.slot_number
    what = gettext("Slot %(slot)s") % {"slot": slot} if slot else zone_name
    words = gettext("%(what)s is put out of service for that time.") % {"what": what}
    if planned.moved:
        moved = ngettext(
            "%(n)s booking was given another slot.", "%(n)s bookings were given other slots.", planned.moved
        )
        words += " " + moved % {"n": planned.moved}
    if planned.remaining:
        kept = ngettext("%(n)s keeps its slot.", "%(n)s keep their slots.", planned.remaining)
        words += " " + kept % {"n": planned.remaining}
    return words
