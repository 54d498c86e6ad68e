"""Every race is dangerous, and this is what protects from it: taken away, the same story ends badly.

Often a lock and a constraint back each other up. Then either may be missing and nothing happens (`HOLDS`), though
the losers may be told less plainly; it takes both to be missing for the harm to come about (`BREAKS`).
"""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from django.db import connection

from parking.queries import cash
from parking.services import bookings, collection, entry, payments, permits, scans, shifts, slots, validations
from parking.services import exit as leaving
from tests.races import booking_stories as before_arrival
from tests.races import cash_stories as at_the_desk
from tests.races import gate_stories as at_the_gate
from tests.races import permit_stories as of_many
from tests.races.bank import Bank
from tests.races.booking_stories import Story
from tests.races.crowd import Crowd, Verdict
from tests.races.protections import Place, meeting, schema, without

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")

PEOPLE = 2
"""They meet when both have decided and neither has written: a third, in between, would make it a matter of luck."""
ROUNDS = 10
"""In each of which the harm is likely, so that it comes about in one of them for certain."""

SLOT, VEHICLE, BOOKING = "lock of the slot", "lock of the vehicle", "lock of the booking"
HOLDS: list[tuple[Story, list[Place], list[str]]] = []
BREAKS: list[tuple[Story, list[Place], list[str], str]] = []


def race(story: Story, *, meet: list[Place], holds: list[list[str]], breaks: list[tuple[list[str], str]]) -> None:
    """A row of the table: what may be missing one at a time, and what may not, with the harm that then comes."""
    HOLDS.extend((story, meet, missing) for missing in holds)
    BREAKS.extend((story, meet, missing, harm) for missing, harm in breaks)


SLOT_ONCE = "parking_allocation_slot_once"
SLOT_LOOK = "second look under the slot's lock"
race(
    before_arrival.one_last_slot,
    meet=[("before", slots, "promise")],
    holds=[[SLOT], [SLOT_LOOK], [SLOT_ONCE]],
    breaks=[([SLOT, SLOT_ONCE], "holds on the slot"), ([SLOT_LOOK, SLOT_ONCE], "holds on the slot")],
)

VEHICLE_ONCE = "parking_booking_vehicle_once"
race(
    before_arrival.one_known_vehicle,
    meet=[("before", bookings, "_insert")],
    holds=[[VEHICLE], [VEHICLE_ONCE]],
    breaks=[([VEHICLE, VEHICLE_ONCE], "live bookings of the vehicle")],
)

ONE_PENDING, PAID_ONCE, QUOTE_ONCE = (
    f"parking_payment_{name}" for name in ("one_pending", "booking_once", "quote_once")
)
race(
    before_arrival.one_payment,
    meet=[("before", payments, "_intent")],
    holds=[[BOOKING], [ONE_PENDING], [PAID_ONCE]],
    breaks=[
        ([BOOKING, ONE_PENDING], "charges at the bank"),
        ([BOOKING, VEHICLE, ONE_PENDING, PAID_ONCE], "payments captured"),
    ],
)
LEASE, CHARGE_KEY = "lease of the payment", "key of the charge"
race(
    before_arrival.one_payment,
    meet=[("before", Bank, "create_charge")],
    holds=[[CHARGE_KEY]],
    breaks=[([LEASE], "payments confirmed"), ([LEASE, CHARGE_KEY], "charges at the bank")],
)

REFUND_ONCE, REFUND_MOST = "parking_refund_kind_once", "parking_refund_at_most_captured"
LEFT = "what is left to refund"
race(
    before_arrival.one_cancellation,
    meet=[("after", bookings, "decide_cancellation")],
    holds=[[BOOKING], [BOOKING, LEFT, REFUND_ONCE], [BOOKING, LEFT, REFUND_MOST], [BOOKING, REFUND_ONCE, REFUND_MOST]],
    breaks=[([BOOKING, LEFT, REFUND_ONCE, REFUND_MOST], "refunds")],
)

race(
    before_arrival.paying_against_cancelling,
    meet=[("after", bookings, "decide_cancellation"), ("after", collection, "give_booking")],
    holds=[],
    breaks=[([BOOKING], "money that went back")],
)

race(
    before_arrival.paying_against_the_end_of_the_hold,
    meet=[("before", payments, "_intent"), ("before", slots, "_release_all")],
    holds=[],
    breaks=[([BOOKING], "charges at the bank")],
)
race(
    before_arrival.paying_against_the_end_of_the_hold,
    meet=[("before", Bank, "create_charge"), ("before", slots, "lock_bookings_nobody_holds")],
    holds=[],
    breaks=[(["second look under the booking's lock"], "charges at the bank")],
)
race(
    before_arrival.the_slots_of_lapsed_holds,
    meet=[("before", slots, "_release_all")],
    holds=[],
    breaks=[(["waiting for who lapses a hold"], "drivers told that a slot is theirs")],
)

BOOKING_STATES = "parking_booking_transition"
race(
    at_the_gate.cancelling_against_entering,
    meet=[("after", bookings, "decide_cancellation"), ("after", entry, "decide_entry")],
    holds=[[BOOKING], [BOOKING_STATES]],
    breaks=[([BOOKING, BOOKING_STATES], "cancellations and entries confirmed")],
)

SESSION_ONCE, INSIDE_ONCE = "parking_parkingsession_booking_id_key", "parking_session_vehicle_once"
race(
    at_the_gate.one_entry,
    meet=[("after", entry, "decide_entry")],
    holds=[[BOOKING], [BOOKING, VEHICLE], [BOOKING, VEHICLE, SESSION_ONCE], [BOOKING, VEHICLE, INSIDE_ONCE]],
    breaks=[
        ([BOOKING, VEHICLE, SESSION_ONCE, INSIDE_ONCE], "sessions"),
    ],
)
race(
    at_the_gate.one_vehicle_at_two_gates,
    meet=[("after", entry, "decide_entry")],
    holds=[[VEHICLE], [INSIDE_ONCE]],
    breaks=[([VEHICLE, INSIDE_ONCE], "sessions")],
)

SCAN_ONCE, SECOND_ATTEMPT = "parking_scan_once", "second attempt of the scan"
race(
    at_the_gate.one_entry_scan_delivered_again_and_again,
    meet=[("after", entry, "decide_entry")],
    holds=[[SCAN_ONCE], [BOOKING, VEHICLE]],
    breaks=[([BOOKING, VEHICLE, SECOND_ATTEMPT], "different answers")],
)
race(
    at_the_gate.one_entry_scan_of_an_unknown_code_delivered_again_and_again,
    meet=[("before", scans, "_log")],
    holds=[],
    breaks=[([SECOND_ATTEMPT], "answers"), ([SCAN_ONCE], "scans logged")],
)
race(
    at_the_gate.one_scan_id_for_two_tickets,
    meet=[("before", scans, "_log")],
    holds=[],
    breaks=[([SECOND_ATTEMPT], "refusals logged"), ([SCAN_ONCE], "sessions")],
)

race(
    at_the_gate.one_exit,
    meet=[("after", leaving, "decide_exit")],
    holds=[[BOOKING], [VEHICLE], [BOOKING, VEHICLE], [REFUND_ONCE]],
    breaks=[([BOOKING, VEHICLE, REFUND_ONCE], "refunds")],
)
race(
    at_the_gate.one_top_up,
    meet=[("after", collection, "decide_collection")],
    holds=[[BOOKING], [ONE_PENDING], [QUOTE_ONCE]],
    breaks=[
        ([BOOKING, ONE_PENDING], "charges at the bank"),
        ([BOOKING, VEHICLE, ONE_PENDING, QUOTE_ONCE], "payments captured"),
    ],
)
race(
    of_many.cars_of_one_permit,
    meet=[("after", permits, "refusal_of_permit")],
    holds=[],
    breaks=[(["lock of the permit"], "cars inside")],
)
race(
    of_many.one_car_of_a_permit,
    meet=[("after", permits, "refusal_of_permit")],
    holds=[[VEHICLE], ["lock of the permit"], [VEHICLE_ONCE], [INSIDE_ONCE]],
    breaks=[([VEHICLE, "lock of the permit", VEHICLE_ONCE, INSIDE_ONCE], "cars in the slots")],
)
race(
    of_many.one_code_for_one_use,
    meet=[("after", validations, "refusal_of_code")],
    holds=[["parking_discount_uses"]],
    breaks=[(["lock of the code"], "stays it was used for")],
)


SHIFT, SHIFT_GUARD = "lock of the shift", "parking_payment_cash_in_a_shift"
race(
    at_the_desk.closing_against_cash,
    meet=[("after", shifts, "lock_shift_for_cash"), ("before", cash, "drawer_of")],
    holds=[[SHIFT_GUARD]],
    breaks=[([SHIFT, SHIFT_GUARD], "what is expected in the drawer")],
)
HANDED_ONCE = "parking_refund_cash_in_a_shift"
race(
    at_the_desk.one_hand_back,
    meet=[("after", shifts, "lock_shift_for_cash")],
    holds=[[BOOKING], [HANDED_ONCE]],
    breaks=[([BOOKING, HANDED_ONCE], "told to give the money")],
)


def label(value: object) -> str:
    if isinstance(value, list):
        return ",".join(value) if value and isinstance(value[0], str) else "meeting"
    return getattr(value, "__name__", str(value))


def tell(
    story: Story, crowd: Crowd, *, meet: list[Place], missing: list[str], passed: set[Place] | None = None
) -> Verdict:
    with ExitStack() as stack:
        for protection in missing:
            stack.enter_context(without(protection))
        came = stack.enter_context(meeting(*meet))
        verdict = story(crowd, PEOPLE)
        (passed if passed is not None else set()).update(came)
        return verdict


@pytest.fixture(autouse=True)
def _everything_is_put_back(transactional_db):
    before = schema()
    yield
    assert schema() == before


@pytest.mark.parametrize(("story", "meet", "missing"), HOLDS, ids=label)
def test_what_backs_it_up_holds(crowd, story, meet, missing):
    assert tell(story, crowd, meet=meet, missing=missing).breaches == []


@pytest.mark.parametrize(("story", "meet", "missing", "harm"), BREAKS, ids=label)
def test_without_protection_the_race_is_lost(crowd, story, meet, missing, harm):
    passed: set[Place] = set()
    rounds = (tell(story, crowd, meet=meet, missing=missing, passed=passed) for _ in range(ROUNDS))
    assert any(breach.startswith(f"{harm}:") for verdict in rounds for breach in verdict.breaches)
    # Nobody meets at a place that the code does not pass any more, and the race is then left to luck.
    assert passed == set(meet)
