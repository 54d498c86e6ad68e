"""Prices before anybody commits to anything."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from parking.api import documentation, render
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY, GUESSABLE
from parking.api.request_schemas import AskQuote
from parking.api.response_schemas import QuoteAnswer
from parking.domain import errors
from parking.domain.permissions import Permission
from parking.domain.states import VehicleClass
from parking.edge.identifiers import booking_id_of, moment_of
from parking.edge.moments import now_of
from parking.queries.quotes import QuotedVisit, quote_booking, quote_visit

router = Router(tags=["Quotes"])


@router.post(
    "quote/",
    operation_id="ask_quote",
    summary="Ask what a visit would cost, or what a stay costs at a moment",
    **documentation.command(
        answers={200: QuoteAnswer},
        refusals=(*BY_KEY, *GUESSABLE, errors.UnknownZone, errors.UnknownBooking),
    ),
)
def ask_quote(request: HttpRequest, body: AskQuote) -> QuoteAnswer:
    """Writes nothing. The exit gate asks for what a quote of that moment says; a price change touches no booking."""
    return render.quote(visit=_quoted(request=request, body=body))


def _quoted(*, request: HttpRequest, body: AskQuote) -> QuotedVisit:
    caller = caller_of(request)
    now = now_of(request)
    if body.booking_id is not None:
        caller.require(Permission.BOOKING_VIEW)
        at = moment_of(body.at) if body.at is not None else None
        return quote_booking(booking_id=booking_id_of(body.booking_id), at=at, now=now)
    caller.require(Permission.ZONE_VIEW)
    return quote_visit(
        zone_id=body.zone_id or 0,
        vehicle_class=body.vehicle_class or VehicleClass.CAR,
        starts_at=moment_of(body.starts_at) if body.starts_at is not None else None,
        ends_at=moment_of(body.ends_at) if body.ends_at is not None else None,
        hours=body.hours,
        now=now,
    )
