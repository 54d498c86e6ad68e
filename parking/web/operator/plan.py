"""Zones drawn slot by slot: bays along aisles, as a car park is marked out, each with what stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parking.queries.slot_plan import PlannedSlot, SlotState, ZonePlan
from parking.web import formats
from parking.web.operator.labels import label

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

COMPACT_FROM: Final = 400
"""So many slots on one page are drawn small and without their numbers."""
_LONGEST_NUMBER: Final = 4
_UP_TO: Final = ((12, 6), (60, 10), (120, 15))
_MOST_COLUMNS: Final = 20
_COMPACT_COLUMNS: Final = 25
_GLYPHS: Final = frozenset(SlotState) - {SlotState.FREE}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    """Of a bay and of what is around it, in units of the drawing."""

    wide: int
    long: int
    gap: int
    aisle: int


_LARGE: Final = _Size(wide=44, long=58, gap=4, aisle=20)
_SMALL: Final = _Size(wide=18, long=22, gap=2, aisle=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bay:
    """One slot in the drawing."""

    slot_id: int
    number: str
    state: SlotState
    has_glyph: bool
    x: int
    y: int
    address: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnZone:
    """A zone's bays on a ground of `width` by `height` units."""

    plan: ZonePlan
    bays: Sequence[Bay]
    width: int
    height: int
    bay_width: int
    bay_length: int
    columns: int
    is_compact: bool
    taken: int
    in_service: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One entry of the legend, with how many slots are so."""

    state: SlotState
    words: str
    count: int
    has_glyph: bool


def draw(*, plans: Sequence[ZonePlan], now: datetime) -> list[DrawnZone]:
    """All zones of a page at one scale."""
    is_compact = sum(len(plan.slots) for plan in plans) >= COMPACT_FROM
    return [_drawn(plan=plan, is_compact=is_compact, now=now) for plan in plans]


def legend(*, plans: Sequence[ZonePlan]) -> list[Sign]:
    return [
        Sign(
            state=state,
            words=label(state),
            count=sum(plan.counts[state] for plan in plans),
            has_glyph=state in _GLYPHS,
        )
        for state in SlotState
    ]


def _drawn(*, plan: ZonePlan, is_compact: bool, now: datetime) -> DrawnZone:
    size = _SMALL if is_compact else _LARGE
    columns = _columns(slots=len(plan.slots), is_compact=is_compact)
    zone_address = reverse("web:zone", args=[plan.zone_id])
    bays = [
        _bay(slot=slot, n=n, columns=columns, size=size, zone_address=zone_address, now=now)
        for n, slot in enumerate(plan.slots)
    ]
    return DrawnZone(
        plan=plan,
        bays=bays,
        width=columns * (size.wide + size.gap) - size.gap,
        height=max((bay.y for bay in bays), default=0) + size.long,
        bay_width=size.wide,
        bay_length=size.long,
        columns=columns,
        is_compact=is_compact,
        taken=plan.counts[SlotState.INSIDE] + plan.counts[SlotState.OVERSTAYING],
        in_service=len(plan.slots) - plan.counts[SlotState.OUT],
    )


def _columns(*, slots: int, is_compact: bool) -> int:
    if is_compact:
        return _COMPACT_COLUMNS
    return next((columns for most, columns in _UP_TO if slots <= most), _MOST_COLUMNS)


def _bay(*, slot: PlannedSlot, n: int, columns: int, size: _Size, zone_address: str, now: datetime) -> Bay:
    """Rows come in pairs with an aisle between them."""
    row, column = divmod(n, columns)
    return Bay(
        slot_id=slot.slot_id,
        number=slot.number[-_LONGEST_NUMBER:],
        state=slot.state,
        has_glyph=slot.state in _GLYPHS,
        x=column * (size.wide + size.gap),
        y=row * (size.long + size.gap) + (row + 1) // 2 * (size.aisle - size.gap),
        address=reverse("web:office-booking", args=[slot.booking_id])
        if slot.booking_id
        else f"{zone_address}?slot={slot.number}#out",
        words=described(slot=slot, now=now),
    )


_UNTIL: Final[Mapping[SlotState, _StrPromise]] = {
    SlotState.HELD: _("held until %(time)s"),
    SlotState.PAID: _("expected until %(time)s"),
    SlotState.INSIDE: _("paid until %(time)s"),
    SlotState.OVERSTAYING: _("paid until %(time)s only"),
    SlotState.OUT: _("until %(time)s"),
}


def described(*, slot: PlannedSlot, now: datetime) -> str:
    """``A012: Car inside, DL01AB1234, paid until 14:30``."""
    told = [label(slot.state), slot.vehicle_number or "", slot.reason]
    if slot.until is not None and slot.state in _UNTIL:
        told.append(_UNTIL[slot.state] % {"time": formats.day_and_clock(slot.until, now=now)})
    if slot.next_from is not None:
        told.append(gettext("booked from %(time)s") % {"time": formats.day_and_clock(slot.next_from, now=now)})
    return f"{slot.number}: {', '.join(part for part in told if part)}"
