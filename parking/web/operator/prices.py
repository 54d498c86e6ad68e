"""Tariffs and policies: what there is, what it costs drawn as a curve, how it came to be, and the next version."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from parking.domain.callers import Caller
from parking.domain.errors import ParkingError, UnknownPolicy, UnknownTariff
from parking.domain.permissions import Permission
from parking.domain.policy import policy_definition, read_policy
from parking.edge.identifiers import number_of
from parking.edge.moments import now_of
from parking.queries.price_charts import price_chart
from parking.queries.sites import desk_site
from parking.queries.terms import PolicySummary, TariffInWords, get_tariff, list_policies, list_tariffs, tell_tariff
from parking.queries.terms_history import policy_history, tariff_history
from parking.services import ParkingService
from parking.web.operator.answers import UNPROCESSABLE, answer
from parking.web.operator.curves import curve_of_steps, curves_of
from parking.web.operator.forms import amount_text
from parking.web.operator.office import office
from parking.web.operator.rules import rules_of
from parking.web.operator.terms_forms import (
    DefinitionForm,
    HourlyForm,
    PolicyForm,
    definition_text,
    policy_fields,
)
from parking.web.pages import staff_page
from parking.web.words import told

Named = TypeVar("Named", bound=Any)


@staff_page(Permission.TERMS_VIEW)
def prices(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The newest version of each tariff and policy, and older ones that a zone still sells under."""
    shown = {"tariffs": _worth_showing(list_tariffs()), "policies": _worth_showing(list_policies())}
    return office(request, "prices.html", shown, caller=caller, here="prices")


@staff_page(Permission.TERMS_VIEW)
def tariff(request: HttpRequest, caller: Caller, tariff_id: str) -> HttpResponse:
    number = number_of(tariff_id, unknown=UnknownTariff)
    details = get_tariff(tariff_id=number, entered_at=now_of(request))
    chart = price_chart(tariff_id=number, entered_at=now_of(request))
    shown = {
        "tariff": details,
        "definition": definition_text(details.definition),
        "chart": chart,
        **curves_of(chart=chart, steps=details.told.curve),
        "history": tariff_history(name=details.summary.name),
    }
    return office(request, "tariff.html", shown, caller=caller, here="prices")


@staff_page(Permission.TERMS_VIEW)
def policy(request: HttpRequest, caller: Caller, policy_id: str) -> HttpResponse:
    one = _policy(policy_id)
    rules = rules_of(definition=one.definition, currency=desk_site().currency)
    shown = {"policy": one, "rules": rules, "history": policy_history(name=one.name)}
    return office(request, "policy.html", shown, caller=caller, here="prices")


@staff_page(Permission.TERMS_MANAGE)
def new_hourly(request: HttpRequest, caller: Caller) -> HttpResponse:
    """So much an hour: a tariff without a definition to write."""
    currency, base = desk_site().currency, _base_tariff(request)
    if request.method == "POST":
        return _publish_tariff(request, caller, HourlyForm(request.POST, currency=currency), "tariff_new_hourly.html")
    initial: dict[str, Any] = {}
    if base is not None and base.definition.get("kind") == "hourly":
        given = base.definition
        initial = {
            "name": base.summary.name,
            "rate": amount_text(amount_minor=given["rate_minor"], currency=currency),
            "grace_minutes": given["grace_minutes"],
            "minimum_hours": given["minimum_hours"],
        }
    return _tariff_form(request, caller, HourlyForm(initial=initial, currency=currency), "tariff_new_hourly.html")


@staff_page(Permission.TERMS_MANAGE)
def new_tariff(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Any tariff, as JSON."""
    if request.method == "POST":
        return _publish_tariff(request, caller, DefinitionForm(request.POST), "tariff_new.html")
    base = _base_tariff(request)
    initial = {"definition_text": definition_text(_EXAMPLE)}
    if base is not None:
        initial = {"name": base.summary.name, "definition_text": definition_text(base.definition)}
    return _tariff_form(request, caller, DefinitionForm(initial=initial), "tariff_new.html")


@staff_page(Permission.TERMS_MANAGE)
def new_policy(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The next version of a policy, from the one that was named or from the specification's."""
    currency = desk_site().currency
    asked = request.GET.get("from", "")
    base = _policy(asked) if asked else None
    definition = policy_definition(policy=read_policy(definition=base.definition if base is not None else {}))

    def again(form: forms.Form, status: int = 200) -> HttpResponse:
        return office(
            request, "policy_new.html", {"form": form, "base": base}, caller=caller, here="prices", status=status
        )

    if request.method != "POST":
        initial = policy_fields(name=base.name if base else "", definition=definition, currency=currency)
        return again(PolicyForm(initial=initial, currency=currency, base=definition))
    form = PolicyForm(request.POST, currency=currency, base=definition)

    def act() -> str:
        made = ParkingService.publish_policy(
            name=form.cleaned_data["name"], definition=form.definition(), caller=caller, now=now_of(request)
        )
        return _published_words(str(made))

    return answer(request, form=form, act=act, done=reverse("web:prices"), again=again)


_EXAMPLE = {
    "kind": "rates",
    "rates": [{"name": "All day", "bands": [{"until": "1h", "total": "50.00"}, {"each": "30m", "adds": "20.00"}]}],
    "caps": [{"per": "24h", "at_most": "400.00"}],
}


def _publish_tariff(
    request: HttpRequest, caller: Caller, form: HourlyForm | DefinitionForm, template: str
) -> HttpResponse:
    """Looked at first if that is what was asked for: nothing is written then."""

    def again(form: forms.Form, status: int) -> HttpResponse:
        return _tariff_form(request, caller, form, template, status=status)

    if "preview" in request.POST:
        return _preview(request, caller, form, again=again, template=template)

    def act() -> str:
        made = ParkingService.publish_tariff(
            name=form.cleaned_data["name"], definition=form.definition(), caller=caller, now=now_of(request)
        )
        return _published_words(str(made))

    return answer(request, form=form, act=act, done=reverse("web:prices"), again=again)


def _preview(
    request: HttpRequest,
    caller: Caller,
    form: HourlyForm | DefinitionForm,
    *,
    again: Callable[[forms.Form, int], HttpResponse],
    template: str,
) -> HttpResponse:
    if not form.is_valid():
        return again(form, UNPROCESSABLE)
    try:
        looked_at, currency = ParkingService.preview_tariff(definition=form.definition(), caller=caller)
    except ParkingError as refusal:
        form.add_error(None, told(refusal))
        return again(form, refusal.status)
    preview = tell_tariff(tariff=looked_at, currency=currency, entered_at=now_of(request))
    return _tariff_form(request, caller, form, template, preview=preview, currency=currency)


def _tariff_form(
    request: HttpRequest,
    caller: Caller,
    form: forms.Form,
    template: str,
    *,
    preview: TariffInWords | None = None,
    currency: str = "",
    status: int = 200,
) -> HttpResponse:
    shown = {"form": form, "preview": preview, "currency": currency, "from_id": request.GET.get("from", "")}
    if preview is not None:
        shown |= curve_of_steps(steps=preview.curve, currency=currency)
    return office(request, template, shown, caller=caller, here="prices", status=status)


def _base_tariff(request: HttpRequest) -> Any:
    asked = request.GET.get("from", "")
    if not asked:
        return None
    return get_tariff(tariff_id=number_of(asked, unknown=UnknownTariff), entered_at=now_of(request))


def _policy(policy_id: str) -> PolicySummary:
    number = number_of(policy_id, unknown=UnknownPolicy)
    for one in list_policies():
        if one.id == number:
            return one
    raise UnknownPolicy


def _worth_showing(versions: Iterable[Named]) -> list[tuple[Named, bool]]:
    """With whether it is the newest of its name. Versions come newest first."""
    seen: set[str] = set()
    shown = []
    for one in versions:
        is_newest = one.name not in seen
        seen.add(one.name)
        if is_newest or one.zones:
            shown.append((one, is_newest))
    return shown


def _published_words(version: str) -> str:
    return gettext("%(version)s is published. Give it to a zone on the zone's page.") % {"version": version}
