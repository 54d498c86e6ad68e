"""Every promise of DESIGN section 5, by its number, with the questions that show whether it is kept."""

from __future__ import annotations

from typing import Final

from parking.queries.auditor.adjustments import (
    ADJUSTED_BY_THE_RULES,
    ADJUSTMENTS_ARE_BOUNDED,
    ADJUSTMENTS_HAVE_THEIR_EVENTS,
    CODES_ARE_NEVER_USED_AGAIN,
    GIVEN_BACK_BY_PEOPLE,
    KNOWN_GATES_BY_HAND,
)
from parking.queries.auditor.days import DAYS_ADD_UP
from parking.queries.auditor.discounts import (
    CODES_ARE_WITHIN_BOUNDS,
    DISCOUNTS_ARE_WHAT_THEY_GIVE,
    PERMITS_ARE_NOT_OVERFULL,
)
from parking.queries.auditor.findings import Promise
from parking.queries.auditor.gates import KNOWN_GATES_ONLY, LOGGED_ONCE
from parking.queries.auditor.inventory import ONE_CAR_ONE_PLACE, ONE_ZONE, SLOT_IS_HELD_ONCE
from parking.queries.auditor.money import (
    BOUNDED_AND_OF_ONE_CURRENCY,
    CLOSED_STAYS_ADD_UP,
    DECIDED_ONCE,
    NOTHING_FREED_WHILE_DUE,
    PAID_ONCE,
    REFERENCES_ARE_UNIQUE,
    REFUNDED_AT_MOST_CAPTURED,
)
from parking.queries.auditor.occupancy import HOLDS_LAPSE, ROOM_IS_COUNTED
from parking.queries.auditor.records import ERASABLE, EVENTS_ARE_APPLIED_ONCE, NO_SECRETS, WRITTEN_FOR_GOOD
from parking.queries.auditor.shifts import DRAWERS_ADD_UP
from parking.queries.auditor.states import ENTERED_ONCE_OR_NEVER, ONLY_LISTED_TRANSITIONS, PAID_BEFORE_ENTRY

PROMISES: Final[tuple[Promise, ...]] = (
    Promise(number="I1", says="no slot is held twice for one time", questions=SLOT_IS_HELD_ONCE),
    Promise(
        number="I2",
        says="one car in a slot, one stay and one live booking of a vehicle",
        questions=ONE_CAR_ONE_PLACE,
        not_seen="a vehicle's bookings that are closed: their windows may have been sold anew",
    ),
    Promise(number="I3", says="slot, booking and session are of one zone", questions=ONE_ZONE),
    Promise(number="I4", says="a hold past its time blocks nobody", questions=HOLDS_LAPSE),
    Promise(
        number="I5",
        says="no more windows sold, and no more cars inside, than slots",
        questions=(*ROOM_IS_COUNTED, *PERMITS_ARE_NOT_OVERFULL),
        not_seen="a car that paid and did not leave counts no more: it stands where there is room, or at the gate",
    ),
    Promise(
        number="I6",
        says="only the listed transitions happened",
        questions=(*ONLY_LISTED_TRANSITIONS, *ADJUSTMENTS_HAVE_THEIR_EVENTS),
    ),
    Promise(number="I7", says="never both entered and cancelled, lapsed or no-show", questions=ENTERED_ONCE_OR_NEVER),
    Promise(number="I8", says="paid before entry, times in order", questions=PAID_BEFORE_ENTRY),
    Promise(
        number="I9",
        says="whole amounts, bounded, one currency",
        questions=(*BOUNDED_AND_OF_ONE_CURRENCY, *ADJUSTMENTS_ARE_BOUNDED, *CODES_ARE_WITHIN_BOUNDS),
    ),
    Promise(number="I10", says="refunds are at most what was captured", questions=REFUNDED_AT_MOST_CAPTURED),
    Promise(number="I11", says="paid once; surplus goes back once", questions=PAID_ONCE),
    Promise(
        number="I12",
        says="closed stays add up to the recomputed price",
        questions=(
            *CLOSED_STAYS_ADD_UP,
            *ADJUSTED_BY_THE_RULES,
            *DISCOUNTS_ARE_WHAT_THEY_GIVE,
            *DRAWERS_ADD_UP,
            *DAYS_ADD_UP,
        ),
    ),
    Promise(number="I13", says="nothing completed or freed while money is due", questions=NOTHING_FREED_WHILE_DUE),
    Promise(
        number="I14",
        says="references of the provider, idempotency keys and ticket codes are unique",
        questions=(*REFERENCES_ARE_UNIQUE, *CODES_ARE_NEVER_USED_AGAIN),
        not_seen="whether a stored answer was ever changed: a guard refuses that",
    ),
    Promise(number="I15", says="the provider knows what we know", not_seen="it needs the provider's own ledger"),
    Promise(
        number="I16",
        says="each refund was decided once, and rightly",
        questions=(*DECIDED_ONCE, *GIVEN_BACK_BY_PEOPLE),
    ),
    Promise(
        number="I17",
        says="each provider event is applied once",
        questions=EVENTS_ARE_APPLIED_ONCE,
        not_seen="events that never came, which the provider alone knows of",
    ),
    Promise(
        number="I18",
        says="what was answered as done survives a crash",
        not_seen="only a run that is made to crash can show it",
    ),
    Promise(
        number="I19",
        says="each scan is logged once",
        questions=LOGGED_ONCE,
        not_seen="a refused scan that left nothing else behind",
    ),
    Promise(
        number="I20",
        says="only known gates let cars through",
        questions=(*KNOWN_GATES_ONLY, *KNOWN_GATES_BY_HAND),
        not_seen="a device between being revoked and getting a new key",
    ),
    Promise(
        number="I21",
        says="what was written down stays",
        questions=WRITTEN_FOR_GOOD,
        not_seen="log rows that are not sealed yet, and a last seal cut off with its rows",
    ),
    Promise(number="I22", says="no keys, no card numbers, canonical plates", questions=NO_SECRETS),
    Promise(
        number="I23",
        says="who was anonymised is named nowhere, and sealed logs name nobody",
        questions=ERASABLE,
        not_seen="what people write into free text, and what is scanned that is no ticket",
    ),
)
