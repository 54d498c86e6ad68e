"""The sandbox's test clock. Live mode does not have these addresses at all."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest
from ninja import Router

from parking.api import documentation, render
from parking.api.request_schemas import AdjustClock
from parking.api.response_schemas import ClockAnswer
from parking.domain.errors import Busy, ClockBackwards
from parking.edge.identifiers import moment_of
from parking.services import sandbox_clock

router = Router(tags=["Sandbox"])


@router.get(
    "clock/",
    operation_id="get_clock",
    summary="Read the test clock",
    **documentation.query(answers={200: ClockAnswer}),
)
def read(request: HttpRequest) -> ClockAnswer:
    """Every part of the sandbox goes by this time."""
    return render.clock(reading=sandbox_clock.read(wall=datetime.now(UTC)))


@router.post(
    "clock/",
    operation_id="adjust_clock",
    summary="Move or stop the test clock",
    **documentation.command(answers={200: ClockAnswer}, refusals=(ClockBackwards, Busy)),
)
def adjust(request: HttpRequest, body: AdjustClock) -> ClockAnswer:
    """Only forward: by `advance_seconds` or to `now`. `freeze` lets it stand still there, or run on."""
    reading = sandbox_clock.adjust(
        read_wall=lambda: datetime.now(UTC),
        advance_seconds=body.advance_seconds,
        move_to=moment_of(body.now) if body.now is not None else None,
        freeze=body.freeze,
    )
    return render.clock(reading=reading)
