"""Writes that are sent together: in their order, whole or not at all, and refused by name."""

from __future__ import annotations

import pytest
from django.db.models import Model

from parking.db import writing
from parking.db.transactions import use_case
from parking.domain.errors import AlreadyEntered
from parking.models import AuditEvent, ParkingSession
from tests.db.rows import Rows
from tests.garage import OPENING

pytestmark = pytest.mark.django_db(transaction=True)


def event(action: str) -> AuditEvent:
    return AuditEvent(at=OPENING, action=action, caller="system", data={})


def write(*rows: Model) -> None:
    with use_case():
        for row in rows:
            writing.insert(row)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_they_come_in_their_order():
    write(event("first"), event("second"), event("third"))
    assert actions() == ["first", "second", "third"]


def test_a_reading_in_between_sees_what_was_written():
    with use_case():
        writing.insert(event("first"))
        assert actions() == ["first"]
        writing.insert(event("second"))
    assert actions() == ["first", "second"]


def test_nothing_is_left_of_a_use_case_that_fails():
    def fail() -> None:
        with use_case():
            writing.insert(event("first"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert actions() == []


def test_one_that_is_refused_at_the_commit_takes_all_with_it_and_has_its_name():
    rows = Rows.build()
    session = rows.session()
    second = ParkingSession(
        booking=session.booking,
        zone_id=session.zone_id,
        slot=session.slot,
        vehicle_id=session.vehicle_id,
        plate=session.plate,
        entry_time=OPENING,
    )
    ParkingSession.objects.filter(id=session.id).update(status="COMPLETED", exit_time=OPENING, billed_until=OPENING)
    with pytest.raises(AlreadyEntered):
        write(event("before"), second, event("after"))
    assert actions() == []
    assert ParkingSession.objects.count() == 1
    write(event("the connection is as good as new"))
    assert len(actions()) == 1


def test_outside_of_a_use_case_nothing_is_written():
    with pytest.raises(RuntimeError, match="use_case"):
        writing.insert(event("first"))
