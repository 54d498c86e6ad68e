from __future__ import annotations

import pytest

from tests.browser.conftest import NewVisitor
from tests.browser.journeys.driver import Driver


@pytest.fixture
def driver(visitor: NewVisitor) -> Driver:
    return Driver(visitor=visitor(device="phone"))
