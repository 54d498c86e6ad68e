"""The scanner: one page for each direction. A scan is a form that carries its own `scan_id`, so that sending it again,
by a person, a browser or a phone that lost its network, gets the same answer and does nothing again."""

from __future__ import annotations

import re
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
from parking.web.attendant import answers, paying
from parking.web.attendant.answers import Answer, Kind
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
    device_id = gate_of(request, caller=caller, direction=direction, gates=gates_for(direction))
    if request.method != "POST":
        return show(request, "attendant/scanner.html", page_of(request, caller, direction))
    if device_id is None:
        return redirect(PAGE_OF[direction])
    code = request.POST.get("qr_code", "")[:_MAX_CODE_LENGTH].replace("\0", "\ufffd")  # no database keeps a NUL
    answer, context = _answer(request, caller, direction, device_id=device_id, code=code)
    return answered(request, caller, direction, answer, {"qr_code": code, **context})


def _answer(
    request: HttpRequest, caller: Caller, direction: ScanType, *, device_id: str, code: str
) -> tuple[Answer, dict[str, Any]]:
    now = now_of(request)
    scan_id = request.POST.get("scan_id", "")
    if not _SCAN_ID.fullmatch(scan_id):
        raise BadRequest
    source = f"caller:{caller.name}" if caller.kind is CallerKind.STAFF else None  # as the API counts
    try:
        if source is not None:
            guesses.require_room(source=source, now=now)
        if direction is ScanType.ENTRY:
            admitted = ParkingService.scan_entry_qr(
                qr_code=code, scanner_device_id=device_id, scan_id=scan_id, caller=caller, now=now
            )
            return answers.admitted(admitted, now=now), {}
        bill = ParkingService.scan_exit_qr(
            qr_code=code, scanner_device_id=device_id, scan_id=scan_id, caller=caller, now=now
        )
        return answers.let_out(bill), {}
    except UnknownCode as error:
        if source is not None:
            guesses.count(source=source, now=now)
        return answers.refused(error, now=now), {}
    except ParkingError as error:
        return answers.refused(error, now=now), _of_what_is_due(request, error)


def _of_what_is_due(request: HttpRequest, error: ParkingError) -> dict[str, Any]:
    """What paying it on the spot asks for."""
    booking_id, session_id = error.details.get("booking_id"), error.details.get("session_id")
    if not isinstance(booking_id, str) or not isinstance(session_id, str):
        return {}
    return paying.offer(request, booking_id=booking_id_of(booking_id), session_id=session_id_of(session_id))


def answered(
    request: HttpRequest, caller: Caller, direction: ScanType, answer: Answer, context: dict[str, Any]
) -> HttpResponse:
    """The answer, alone for a script that asks for it so, else above the form for the next scan."""
    shown = {**page_of(request, caller, direction), **context, "answer": answer, "again_id": str(uuid4())}
    part = PART in request.headers
    return show(request, "attendant/answer.html" if part else "attendant/scanner.html", shown, status=answer.status)


def page_of(request: HttpRequest, caller: Caller, direction: ScanType) -> dict[str, Any]:
    """What the page around an answer shows."""
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
        "kinds": Kind,
    }
