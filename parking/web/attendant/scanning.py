"""The scanner: one page for each direction. A scan is a form that carries its own `scan_id`, so that sending it again,
by a person, a browser or a phone that lost its network, gets the same answer and does nothing again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from csp.constants import SELF, WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from parking.domain.callers import Caller, CallerKind
from parking.domain.errors import ParkingError, UnknownCode
from parking.domain.permissions import Permission
from parking.domain.states import ScanType
from parking.edge.errors import BadRequest
from parking.edge.identifiers import booking_id_of, session_id_of
from parking.edge.moments import now_of
from parking.services import ParkingService, guesses
from parking.services.results import EntryAdmitted, ExitBill
from parking.web.attendant import answers, paying
from parking.web.attendant.answers import Answer
from parking.web.attendant.gates import PAGE_OF, gate_of, gates_for
from parking.web.attendant.people import scanner_page
from parking.web.pages import show

PART: Final = "X-Answer-Part"
"""Sent by scanner.js, which wants the answer alone and not the page around it."""
_SCAN_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
_MAX_CODE_LENGTH: Final = 256

# The camera's decoder is WebAssembly. No other page may compile any.
with_decoder = csp_update({"script-src": [SELF, WASM_UNSAFE_EVAL]})


@with_decoder
@scanner_page
def entry(request: HttpRequest, caller: Caller) -> HttpResponse:
    return _scanner(request, caller, ScanType.ENTRY)


@with_decoder
@scanner_page
def leave(request: HttpRequest, caller: Caller) -> HttpResponse:
    return _scanner(request, caller, ScanType.EXIT)


def _scanner(request: HttpRequest, caller: Caller, direction: ScanType) -> HttpResponse:
    page = page_of(request, caller, direction)
    if request.method != "POST":
        return show(request, "attendant/scanner.html", page)
    if page["gate"] is None:
        return redirect(PAGE_OF[direction])
    code = request.POST.get("qr_code", "")[:_MAX_CODE_LENGTH].replace("\0", "\ufffd")  # no database keeps a NUL
    scan_id, now = _scan_id(request), now_of(request)
    try:
        done = _scanned(request, caller, direction, device_id=page["gate"], code=code, scan_id=scan_id)
        answer = answers.admitted(done, now=now) if isinstance(done, EntryAdmitted) else answers.let_out(done)
        offered = {}
    except ParkingError as error:
        answer = answers.refused(error, now=now)
        offered = _of_what_is_due(request, error)
    return answered(request, answer, {**page, "qr_code": code, **offered})


def _scanned(
    request: HttpRequest, caller: Caller, direction: ScanType, *, device_id: str, code: str, scan_id: str
) -> EntryAdmitted | ExitBill:
    """Ask the gate's use case. The wrong codes of a member of staff are counted, as the API counts them; a scanner's
    are not, because whoever shows it wrong codes must not shut it for those who have paid."""
    now = now_of(request)
    source = f"caller:{caller.name}" if caller.kind is CallerKind.STAFF else None
    if source is not None:
        guesses.require_room(source=source, now=now)
    scan = ParkingService.scan_entry_qr if direction is ScanType.ENTRY else ParkingService.scan_exit_qr
    try:
        return scan(qr_code=code, scanner_device_id=device_id, scan_id=scan_id, caller=caller, now=now)
    except UnknownCode:
        if source is not None:
            guesses.count(source=source, now=now)
        raise


def _scan_id(request: HttpRequest) -> str:
    """Without one of its own it is no form of ours, and a repeat could not be told from a second scan."""
    scan_id = request.POST.get("scan_id", "")
    if not _SCAN_ID.fullmatch(scan_id):
        raise BadRequest
    return scan_id


def _of_what_is_due(request: HttpRequest, error: ParkingError) -> dict[str, Any]:
    """What paying it on the spot asks for."""
    booking_id, session_id = error.details.get("booking_id"), error.details.get("session_id")
    if not isinstance(booking_id, str) or not isinstance(session_id, str):
        return {}
    return paying.offer(request, booking_id=booking_id_of(booking_id), session_id=session_id_of(session_id))


def answered(request: HttpRequest, answer: Answer, context: Mapping[str, Any]) -> HttpResponse:
    """The answer, alone for a script that asks for it so, else above the form for the next scan."""
    shown = {**context, "answer": answer, "again_id": str(uuid4())}
    part = PART in request.headers
    return show(request, "attendant/answer.html" if part else "attendant/scanner.html", shown, status=answer.status)


def page_of(request: HttpRequest, caller: Caller, direction: ScanType) -> dict[str, Any]:
    """What the page shows around an answer, and the parts of an answer that depend on who asks."""
    gates = gates_for(direction)
    return {
        "direction": direction,
        "is_exit": direction is ScanType.EXIT,
        "title": answers.TITLES[direction],
        "gates": gates,
        "gate": gate_of(request, caller=caller, direction=direction, gates=gates),
        "is_paired": caller.kind is CallerKind.DEVICE,
        "may_take": Permission.CASH_COLLECT in caller.permissions,
        "may_look": Permission.RECORD_VIEW in caller.permissions,
        "scan_id": str(uuid4()),
    }
