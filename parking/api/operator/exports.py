"""Records of some days as a spreadsheet, sent as it is read."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Path, Query, Router
from pydantic import BaseModel, Field, WithJsonSchema

from parking.api import documentation
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY
from parking.api.request_schemas import DayText
from parking.domain import errors
from parking.edge.identifiers import day_of
from parking.edge.moments import now_of
from parking.services import ParkingService
from parking.services.exports import FileFormat
from parking.services.record_exports import MAX_DAYS, Records

router = Router(tags=["Operator"])

_DESCRIBED = documentation.query(answers={}, refusals=(*BY_KEY, errors.InvalidField, errors.BadInput))
_BINARY: Final[dict[str, Any]] = {"schema": {"type": "string", "format": "binary"}}
_FILES: Final = {
    200: {
        "description": "OK",
        "content": {
            "text/csv": _BINARY,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _BINARY,
        },
    }
}


class Days(BaseModel):
    """From the first day to the last, both included, in the site's time zone."""

    first_day: DayText = Field(alias="from")
    last_day: DayText = Field(alias="to", description=f"At most {MAX_DAYS} days.")


@router.get(
    "exports/{records}/",
    operation_id="export_records",
    summary="Take records out as CSV or XLSX",
    response=_DESCRIBED["response"],
    openapi_extra={"responses": {**_DESCRIBED["openapi_extra"]["responses"], **_FILES}},
)
def export_records(
    request: HttpRequest,
    records: Annotated[str, WithJsonSchema({"type": "string", "enum": [one.value for one in Records]}), Path()],
    span: Query[Days],
    wanted: Annotated[
        str, WithJsonSchema({"type": "string", "enum": [one.value for one in FileFormat]}), Query("csv", alias="format")
    ] = "csv",
) -> HttpResponseBase:
    """The newest first. Text that a spreadsheet would run as a formula gets an apostrophe in front. CSV has no limit of
    rows, XLSX has one. Who takes what out is written into the audit trail."""
    file = ParkingService.export_records(
        records=_one_of(Records, records, field="records"),
        first_day=day_of(span.first_day),
        last_day=day_of(span.last_day),
        file_format=_one_of(FileFormat, wanted, field="format"),
        caller=caller_of(request),
        now=now_of(request),
    )
    if wanted == FileFormat.XLSX:
        return FileResponse(file.content, as_attachment=True, filename=file.name, content_type=file.content_type)
    return StreamingHttpResponse(
        file.content,
        content_type=file.content_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
    )


def _one_of(choices: type[Any], text: str, *, field: str) -> Any:
    try:
        return choices(text)
    except ValueError:
        names = ", ".join(one.value for one in choices)
        raise errors.InvalidField(field=field, problem=f"must be one of {names}.") from None
