"""The receipt of a booking, for programs and for people."""

from __future__ import annotations

from typing import Annotated, Final

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import WithJsonSchema

from parking.api import documentation, receipt_answer
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY, GUESSABLE
from parking.api.response_schemas import ReceiptAnswer
from parking.domain.errors import InvalidField, NothingPaid, UnknownBooking
from parking.edge.identifiers import booking_id_of
from parking.edge.moments import now_of
from parking.queries.receipt_pdf import receipt_pdf
from parking.services import ParkingService

router = Router(tags=["Bookings"])

_JSON: Final = "application/json"
_PDF: Final = "application/pdf"
_TYPES: Final = {"json": _JSON, "pdf": _PDF}
_FORMAT_SCHEMA: Final = {"type": "string", "enum": list(_TYPES)}

_DESCRIBED = documentation.query(
    answers={200: ReceiptAnswer},
    refusals=(*BY_KEY, *GUESSABLE, UnknownBooking, NothingPaid, InvalidField),
)
_AS_PDF = {200: {"description": "OK", "content": {_PDF: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get(
    "{booking_id}/receipt/",
    operation_id="get_receipt",
    summary="Get the receipt of a booking",
    response=_DESCRIBED["response"],
    openapi_extra={"responses": {**_DESCRIBED["openapi_extra"]["responses"], **_AS_PDF}},
)
def receipt(
    request: HttpRequest,
    booking_id: str,
    wanted: Annotated[str | None, WithJsonSchema(_FORMAT_SCHEMA), Query(None, alias="format")] = None,
) -> ReceiptAnswer | HttpResponse:
    """As JSON; as PDF with `format=pdf` or `Accept: application/pdf`. Its number stays, later refunds appear in it."""
    media_type = _media_type(request=request, wanted=wanted)
    details = ParkingService.get_receipt(
        booking_id=booking_id_of(booking_id), caller=caller_of(request), now=now_of(request)
    )
    if media_type == _JSON:
        return receipt_answer.receipt(details=details)
    response = HttpResponse(receipt_pdf(receipt=details), content_type=_PDF)
    response["Content-Disposition"] = f'inline; filename="receipt-{details.number}.pdf"'
    return response


def _media_type(*, request: HttpRequest, wanted: str | None) -> str:
    if wanted is None:
        return request.get_preferred_type([_JSON, _PDF]) or _JSON
    if wanted not in _TYPES:
        raise InvalidField(field="format", problem="must be json or pdf.")
    return _TYPES[wanted]
