from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.races.crowd import Crowd


@pytest.fixture(scope="session")
def _people(django_db_setup) -> Iterator[Crowd]:
    """They go home before the test database is removed."""
    crowd = Crowd()
    yield crowd
    crowd.go_home()


@pytest.fixture
def crowd(_people, transactional_db) -> Crowd:
    """What they do is committed, so that they see each other."""
    return _people
