"""At which gate somebody stands. Staff choose it once for each direction, and the phone remembers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from parking.domain.callers import Caller, CallerKind
from parking.domain.errors import UnknownDevice
from parking.domain.permissions import Permission
from parking.domain.states import ScanType
from parking.queries.gates import Gate, list_gates
from parking.web.attendant.people import posted
from parking.web.pages import staff_page

PAGE_OF: Final = {ScanType.ENTRY: "web:scan-entry", ScanType.EXIT: "web:scan-exit"}
_KEPT_SECONDS: Final = 400 * 24 * 3600


def gates_for(direction: ScanType) -> list[Gate]:
    return [gate for gate in list_gates() if gate.serves(direction)]


def gate_of(request: HttpRequest, *, caller: Caller, direction: ScanType, gates: Sequence[Gate]) -> str | None:
    """In whose name this phone scans; None: somebody must say so first. A paired phone is its own scanner."""
    if caller.kind is CallerKind.DEVICE:
        return caller.name
    known = [gate.device_id for gate in gates]
    chosen = request.COOKIES.get(_cookie(direction))
    if chosen in known:
        return chosen
    return known[0] if len(known) == 1 else None


@posted(else_to="web:scan-entry")
@staff_page(Permission.GATE_SCAN)
def choose_gate(request: HttpRequest, caller: Caller) -> HttpResponse:
    direction = ScanType.EXIT if request.POST.get("direction") == ScanType.EXIT else ScanType.ENTRY
    chosen = request.POST.get("device_id", "")
    if chosen not in [gate.device_id for gate in gates_for(direction)]:
        raise UnknownDevice
    response = redirect(PAGE_OF[direction])
    response.set_cookie(
        _cookie(direction),
        chosen,
        max_age=_KEPT_SECONDS,
        path="/parking/scanner/",
        secure=settings.LIVE,
        httponly=True,
        samesite="Lax",
    )
    messages.success(request, gettext("This phone scans for %(gate)s now.") % {"gate": chosen})
    return response


def _cookie(direction: ScanType) -> str:
    return f"scanner_gate_{direction.lower()}"
