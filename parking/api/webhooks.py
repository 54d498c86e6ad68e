"""Where payment providers tell what became of charges and refunds."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from parking.api import documentation
from parking.api.response_schemas import EventAnswer
from parking.domain import errors
from parking.edge.moments import now_of
from parking.services import ParkingService

router = Router(tags=["Providers"])

_DESCRIBED = documentation.command(
    answers={200: EventAnswer},
    refusals=(errors.BadEvent, errors.UnknownProvider, errors.UnknownCharge, errors.Busy),
    takes_key=False,  # an event has its provider's id
)
_ANY_OBJECT = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}


@router.post(
    "{provider}/",
    operation_id="receive_provider_event",
    summary="Receive an event of a payment provider",
    response=_DESCRIBED["response"],
    # The body is the provider's own, read as it came because its signature covers every byte of it.
    openapi_extra={**_DESCRIBED["openapi_extra"], "requestBody": _ANY_OBJECT},
)
def receive(request: HttpRequest, provider: str) -> EventAnswer:
    """Signed by the provider over the raw body. 200 only for what was understood and applied, now or before."""
    is_new = ParkingService.receive_event(
        provider=provider, headers=dict(request.headers), body=request.body, now=now_of(request)
    )
    return EventAnswer(message="The event was applied." if is_new else "The event was applied before.")
