"""Money that waits for something or somebody: for a provider, a cashier, a second person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from parking.domain.callers import Caller
from parking.domain.permissions import Permission
from parking.edge.identifiers import adjustment_id_of, refund_id_of
from parking.edge.moments import now_of
from parking.queries.desk import list_waiting_adjustments
from parking.queries.money_waiting import money_waiting
from parking.services import ParkingService
from parking.web import formats
from parking.web.operator.answers import press
from parking.web.operator.labels import WAITING
from parking.web.operator.office import office
from parking.web.pages import staff_page


@staff_page(Permission.RECORD_VIEW)
def money(request: HttpRequest, caller: Caller) -> HttpResponse:
    waiting = money_waiting()
    parts = [
        {"name": name, "words": words, "one": getattr(waiting, name)}
        for name, words in WAITING.items()
        if name != "second_person"
    ]
    shown = {"parts": parts, "proposed": list_waiting_adjustments(), "caller_label": caller.label}
    return office(request, "money.html", shown, caller=caller, here="money")


@require_POST
@staff_page(Permission.CASH_COLLECT)
def hand_back(request: HttpRequest, caller: Caller, refund_id: str) -> HttpResponse:
    """Cash that is given back over the counter now, out of this person's drawer."""
    number = refund_id_of(refund_id)

    def act() -> str:
        given = ParkingService.hand_back_cash(refund_id=number, caller=caller, now=now_of(request))
        return gettext("Give %(amount)s to the owner of %(plate)s now. It is out of your drawer.") % {
            "amount": formats.money(given.amount_minor, given.currency),
            "plate": given.plate,
        }

    return press(request, act=act, done=reverse("web:money"))


@require_POST
@staff_page(Permission.ADJUSTMENT_APPROVE)
def decide(request: HttpRequest, caller: Caller, adjustment_id: str) -> HttpResponse:
    """Agree to what somebody else proposed, or not."""
    number, approve = adjustment_id_of(adjustment_id), request.POST.get("approve") == "yes"

    def act() -> str:
        made = ParkingService.decide_adjustment(
            adjustment_id=number, approve=approve, caller=caller, now=now_of(request)
        )
        amount = formats.money(made.amount_minor, made.currency)
        if not approve:
            return gettext("Rejected: %(amount)s stays as it was.") % {"amount": amount}
        if made.refund_minor:
            return gettext("Approved: %(amount)s goes back the way it was paid.") % {"amount": amount}
        return gettext("Approved: %(amount)s was taken off.") % {"amount": amount}

    return press(request, act=act, done=reverse("web:money"))
