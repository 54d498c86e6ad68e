"""Whatever the services do keeps every promise, as the auditor sees it."""

from __future__ import annotations

import pytest

from parking.domain.errors import PaymentDue
from parking.queries.auditor import PROMISES, audit
from tests.garage import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("undone")]


def test_nothing_is_wrong_in_a_garage_where_everything_has_happened():
    report = audit()
    shown = {verdict.promise.number: list(verdict.shown) for verdict in report.verdicts if verdict.violations}
    assert shown == {}
    assert len(report.verdicts) == 21
    assert report.summary == "Auditor: 21 promises checked, 0 violations"


def test_every_promise_is_there_and_says_what_cannot_be_seen():
    assert [promise.number for promise in PROMISES] == [f"I{number}" for number in range(1, 24)]
    assert [promise.number for promise in PROMISES if not promise.questions] == ["I15", "I18"]
    assert all(promise.questions or promise.not_seen for promise in PROMISES)


def test_a_car_may_leave_after_its_time_to_do_so_if_it_owes_no_more(garage):
    booking = garage.book_and_pay(hours=1)
    session_id = garage.enter(booking).session_id
    with pytest.raises(PaymentDue):
        garage.leave(booking, now=at(minutes=66))
    garage.top_up(session_id, now=at(minutes=67))
    assert garage.leave(booking, now=at(minutes=120)).additional_minor == 0  # 43 minutes late, within the second hour
    assert audit().violated == []
