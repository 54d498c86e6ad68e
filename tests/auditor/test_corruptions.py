"""A good database corrupted in one way at a time: the auditor names exactly the promise that is broken."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection

from parking.db import guards
from parking.queries.auditor import PROMISES, audit
from tests.auditor import (  # noqa: F401 -- they register
    corrupted_adjustments,
    corrupted_days,
    corrupted_discounts,
    corrupted_drawers,
    corrupted_money,
    corrupted_places,
    corrupted_records,
)
from tests.auditor.busy import Busy
from tests.auditor.corruptions import CORRUPTIONS, Corruption
from tests.auditor.lifting import unprotected


@pytest.mark.django_db
@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize("case", CORRUPTIONS, ids=lambda case: case.story)
def test_exactly_the_broken_promise_is_named(busy: Busy, case: Corruption):
    with unprotected(tables=case.tables):
        case.corrupt(busy)
    report = audit()
    named = [(verdict.promise.number, list(verdict.shown)) for verdict in report.verdicts if verdict.violations]
    assert [number for number, _ in named] == [case.promise], named
    assert all(finding.problem.endswith(".") and finding.ids for _, shown in named for finding in shown)


@pytest.mark.django_db
@pytest.mark.usefixtures("undone")
def test_a_guard_that_is_missing_is_named_as_i21(busy: Busy):
    connection.check_constraints()  # PostgreSQL drops no trigger while a foreign key waits for the commit
    guards.remove(connection=connection)
    assert audit().violated == ["I21"]
    guards.install(connection=connection)


def test_every_promise_that_is_checked_has_its_corruption():
    checked = [promise.number for promise in PROMISES if promise.questions]
    assert sorted(Counter(case.promise for case in CORRUPTIONS)) == sorted(checked)
