"""The auditor's memory does not grow with the garage's past."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta

import pytest

from parking.domain.errors import PaymentDue
from parking.models import ParkingSession
from parking.queries.auditor import audit
from tests.auditor.many import the_only_stay, write_copies
from tests.garage import Garage, at

pytestmark = pytest.mark.django_db
GROWTH = 3 * 1024 * 1024
"""Chunks of 2,000 rows are not full at 200 stays; beyond them nothing is kept."""


def peak_of_an_audit() -> int:
    tracemalloc.start()
    report = audit()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.summary == "Auditor: 21 promises checked, 0 violations"
    return peak


def one_stay() -> None:
    """With overtime, so that every table has rows."""
    garage = Garage.build(slots=1)
    booking = garage.book_and_pay(hours=1)
    session_id = garage.enter(booking, scan_id="in").session_id
    with pytest.raises(PaymentDue):
        garage.leave(booking, now=at(minutes=90), scan_id="due")
    garage.top_up(session_id, now=at(minutes=91))
    garage.leave(booking, now=at(minutes=92), scan_id="out")


def test_ten_times_the_stays_take_no_more_memory():
    one_stay()
    audit()  # what is loaded once
    template = the_only_stay()
    write_copies(template=template, numbers=range(1, 200), apart=timedelta(hours=2))
    few = peak_of_an_audit()
    write_copies(template=template, numbers=range(200, 2_000), apart=timedelta(hours=2))
    assert ParkingSession.objects.count() == 2_000
    many = peak_of_an_audit()
    assert many - few < GROWTH, (few, many)
