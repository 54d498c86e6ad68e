from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.auditor.busy import Busy, build_busy_garage


@pytest.fixture(scope="module")
def busy(django_db_setup, django_db_blocker) -> Iterator[Busy]:
    """The busy garage, made once for all tests of a file; each of them undoes what it does to it."""
    with django_db_blocker.unblock():
        around_all = transaction.atomic()
        around_all._from_testcase = True  # as Django's own TestCase does, so that use cases may be inside
        with around_all:
            yield build_busy_garage()
            transaction.set_rollback(True)


@pytest.fixture
def undone(busy: Busy, db) -> Iterator[None]:
    """Whatever the test does is undone."""
    around_one = transaction.atomic()
    around_one._from_testcase = True
    with around_one:
        yield
        transaction.set_rollback(True)
