"""A phone becomes a scanner: an operator binds it after signing in, or somebody types the key that was made for it.

Either way the phone keeps the key, and may scan for its own gate and nothing else. Revoking the scanner ends it.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from parking.domain.callers import Caller
from parking.domain.errors import InvalidKey, ParkingError
from parking.domain.permissions import Permission
from parking.domain.states import GateDirection
from parking.edge.moments import now_of
from parking.edge.origins import anonymous_source
from parking.edge.staff import may
from parking.queries.gates import list_gates
from parking.queries.sites import desk_site
from parking.services import ParkingService, guesses
from parking.web.attendant import people
from parking.web.attendant.people import posted
from parking.web.attendant.wording import said
from parking.web.pages import page, show, staff_page

_MAX_KEY_LENGTH = 128


@page
def pairing(request: HttpRequest) -> HttpResponse:
    """What this phone is now, and the ways to make it a scanner."""
    shown = {
        "scanner": _scanner(request),
        "has_ended": people.is_paired(request) and _scanner(request) is None,
        "may_bind": request.user.is_authenticated and may(request, Permission.DEVICE_MANAGE),
        "gates": list_gates() if request.user.is_authenticated else (),
        "directions": {
            GateDirection.ENTRY: gettext("Lets cars in"),
            GateDirection.EXIT: gettext("Lets cars out"),
            GateDirection.BOTH: gettext("Both ways"),
        }.items(),
    }
    return show(request, "attendant/pairing.html", shown)


@posted(else_to="web:pairing")
@page
def pair_by_key(request: HttpRequest) -> HttpResponse:
    """Whoever knows the scanner's key. A wrong one is counted as a guess."""
    key = request.POST.get("key", "").strip()[:_MAX_KEY_LENGTH]
    source = anonymous_source(request)
    if source is not None:
        guesses.require_room(source=source, now=now_of(request))
    try:
        scanner = people.scanner_with(key=key, request=request)
    except InvalidKey as refusal:
        if source is not None:
            guesses.count(source=source, now=now_of(request))
        messages.error(request, said(refusal))
        return redirect("web:pairing")
    return _paired(request, key=key, device_id=scanner.name)


@posted(else_to="web:pairing")
@staff_page(Permission.DEVICE_MANAGE)
def bind(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Make this phone a scanner that is registered already. Whatever had its key before stops."""
    device_id = request.POST.get("device_id", "")
    if device_id not in [gate.device_id for gate in list_gates()]:
        messages.error(request, gettext("Choose a scanner first."))
        return redirect("web:pairing")
    return _bound(request, caller, device_id=device_id)


@posted(else_to="web:pairing")
@staff_page(Permission.DEVICE_MANAGE)
def register(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Make this phone a scanner of its own, for all zones."""
    device_id = request.POST.get("device_id", "").strip()
    direction = request.POST.get("direction")
    if direction not in list(GateDirection):
        messages.error(request, gettext("Say which way the scanner lets cars through."))
        return redirect("web:pairing")
    try:
        ParkingService.register_device(
            site=desk_site(),
            device_id=device_id,
            direction=GateDirection(direction),
            caller=caller,
            now=now_of(request),
        )
    except ParkingError as refusal:
        messages.error(request, said(refusal))
        return redirect("web:pairing")
    return _bound(request, caller, device_id=device_id)


@posted(else_to="web:pairing")
@page
def end(request: HttpRequest) -> HttpResponse:
    messages.info(request, gettext("This phone is no scanner any more."))
    return people.unpair(redirect("web:pairing"))


def _bound(request: HttpRequest, caller: Caller, *, device_id: str) -> HttpResponse:
    key = ParkingService.make_device_key(device_id=device_id, caller=caller, now=now_of(request)).token
    logout(request)  # a phone at a gate must not stay an operator's
    return _paired(request, key=key, device_id=device_id)


def _paired(request: HttpRequest, *, key: str, device_id: str) -> HttpResponse:
    messages.success(
        request,
        gettext("This phone is %(scanner)s now. It scans, and nothing else.") % {"scanner": device_id},
    )
    is_exit = any(gate.device_id == device_id and gate.direction is GateDirection.EXIT for gate in list_gates())
    return people.pair(redirect("web:scan-exit" if is_exit else "web:scan-entry"), key=key)


def _scanner(request: HttpRequest) -> str | None:
    try:
        return people.paired_caller(request).name if people.is_paired(request) else None
    except InvalidKey:
        return None
